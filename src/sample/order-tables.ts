import { makeOrder, type Order, type OrderWorld } from "./orders.ts";
import { type SampleTable, table } from "./table.ts";
import { dayOf } from "./time.ts";

/** Orders and what hangs on them. Each table makes the orders anew, so that none has to be kept in memory. */
export function orderTables(world: OrderWorld): readonly SampleTable[] {
  function* orders(): Iterable<Order> {
    for (let index = 0; index < world.count; index += 1) yield makeOrder(world, index);
  }
  return [
    table(
      "orders",
      {
        order_id: "BIGINT",
        tenant: "VARCHAR",
        customer_id: "BIGINT",
        region: "VARCHAR",
        ordered_at: "TIMESTAMP WITH TIME ZONE",
        ordered_on: "DATE",
        status: "VARCHAR",
        channel: "VARCHAR",
        campaign_id: "BIGINT",
        currency: "VARCHAR",
        amount: "DECIMAL(18,2)",
        amount_usd: "DECIMAL(18,2)",
        recorded_at: "TIMESTAMP WITH TIME ZONE",
      },
      function* () {
        for (const order of orders()) {
          const {
            id,
            tenant,
            customerId,
            region,
            orderedAt,
            status,
            channel,
            campaignId,
            currency,
            amount,
            amountUsd,
          } = order;
          const orderedOn = dayOf(orderedAt);
          const when = [orderedAt, orderedOn];
          yield [
            id,
            tenant,
            customerId,
            region,
            ...when,
            status,
            channel,
            campaignId,
            currency,
            amount,
            amountUsd,
            order.recordedAt,
          ];
        }
      },
    ),
    table(
      "order_lines",
      {
        order_id: "BIGINT",
        line_no: "INTEGER",
        tenant: "VARCHAR",
        product_id: "BIGINT",
        ordered_at: "TIMESTAMP WITH TIME ZONE",
        quantity: "INTEGER",
        unit_price_usd: "DECIMAL(18,2)",
        discount_usd: "DECIMAL(18,2)",
        unit_cost_usd: "DECIMAL(18,2)",
      },
      function* () {
        for (const { id, tenant, orderedAt, lines } of orders()) {
          for (const { no, productId, quantity, price, discount, cost } of lines) {
            yield [id, no, tenant, productId, orderedAt, quantity, price, discount, cost];
          }
        }
      },
    ),
    table(
      "returns",
      {
        return_id: "BIGINT",
        order_id: "BIGINT",
        line_no: "INTEGER",
        tenant: "VARCHAR",
        product_id: "BIGINT",
        returned_at: "TIMESTAMP WITH TIME ZONE",
        reason: "VARCHAR",
        quantity: "INTEGER",
        refund_usd: "DECIMAL(18,2)",
        recorded_at: "TIMESTAMP WITH TIME ZONE",
      },
      function* () {
        let returnId = 300_000;
        for (const { id, tenant, returns } of orders()) {
          for (const { line, returnedAt, reason, quantity, refund, recordedAt } of returns) {
            returnId += 1;
            yield [returnId, id, line.no, tenant, line.productId, returnedAt, reason, quantity, refund, recordedAt];
          }
        }
      },
    ),
    table(
      "payments",
      {
        payment_id: "BIGINT",
        order_id: "BIGINT",
        tenant: "VARCHAR",
        paid_at: "TIMESTAMP WITH TIME ZONE",
        method: "VARCHAR",
        amount_usd: "DECIMAL(18,2)",
        recorded_at: "TIMESTAMP WITH TIME ZONE",
      },
      function* () {
        let paymentId = 500_000;
        for (const { id, tenant, payments } of orders()) {
          for (const { isUnmatched, paidAt, method, amount, recordedAt } of payments) {
            paymentId += 1;
            yield [paymentId, isUnmatched ? null : id, tenant, paidAt, method, amount, recordedAt];
          }
        }
      },
    ),
  ];
}
