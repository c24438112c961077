"""Loads a day of orders, and tells the metrics servers, so that nobody is given older answers."""

from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    dag_id="refresh_orders",
    schedule="@daily",
    start_date=datetime(2026, 11, 1),
    catchup=False,
    default_args={"retries": 3},
):
    load = BashOperator(task_id="load_orders", bash_command="load-orders {{ ds }}")

    # The program has to be installed where tasks run. Airflow reads the file because the command ends in .sh.
    tell = BashOperator(
        task_id="tell_assay",
        bash_command="tell-assay.sh",
        append_env=True,
        env={
            "SOURCE": "shop.orders",
            "PARTITION": "{{ ds }}",
            "METRICS_URL": "{{ var.value.metrics_url }}",
            "ASSAY_EVENTS_SECRET": "{{ var.value.assay_events_secret }}",
        },
    )

    load >> tell
