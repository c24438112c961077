# The server and the command line. docs/deploy.md has the commands; tests/dockerfile.test.ts runs what stands here.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without install scripts the npm package "node" brings no binary: the base image has one.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json server.ts ./
COPY scripts scripts
COPY schema schema
COPY metrics metrics
COPY governance governance
COPY metrics.lock ./
COPY src src
RUN npm run build

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
# The sample company's definitions and who certified them; mount your own over both.
COPY metrics metrics
COPY governance governance
COPY metrics.lock ./
RUN ln -s /app/dist/src/cli/main.js /usr/local/bin/assay
# The only folder that is written to: the embedded sample warehouse. All else may be read-only.
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production METRICS_DIR=/app/metrics HOST=0.0.0.0 PORT=4000
WORKDIR /data
VOLUME /data
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["assay", "serve"]
