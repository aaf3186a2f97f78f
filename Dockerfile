# Two images from one build: `docker build --target api .` and `docker build --target worker .`

FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY . .
RUN npm run build

# Only the manifests, so that the next stage is built again when a dependency changes and not with every source file.
FROM base AS manifests
COPY . /source
RUN cd /source \
  && find packages apps -name package.json -exec cp --parents --target-directory=/app {} + \
  && cp package.json package-lock.json .npmrc /app

# Of the workspaces, those two with what they need: neither the embedded servers nor the command line.
FROM base AS dependencies
COPY --from=manifests /app .
RUN npm ci --omit=dev --no-audit --no-fund --workspace=@hourglass/api --workspace=@hourglass/worker

FROM base AS compiled
COPY --from=build /app /built
RUN cd /built && find packages apps -type d -name dist -exec cp --parents --recursive --target-directory=/app {} +

FROM base AS runtime
ENV NODE_ENV=production HOURGLASS_DATA_DIR=/var/lib/hourglass
COPY --from=dependencies /app .
COPY --from=compiled /app .
COPY prisma ./prisma
# A new named volume takes over the owner of the folder it is mounted on.
RUN mkdir /var/lib/hourglass && chown node:node /var/lib/hourglass
USER node
VOLUME /var/lib/hourglass

FROM runtime AS api
# Inside of a container this is its own network only; what reaches it is decided where the port is published.
ENV HOURGLASS_HOST=0.0.0.0 HOURGLASS_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HOURGLASS_PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/api/dist/main.js"]

FROM runtime AS worker
# A call into DuckDB holds a thread of libuv's pool for as long as it takes: two for each of the queries that run at
# the same time by default, and the usual four for files and gzip.
ENV UV_THREADPOOL_SIZE=8
# It serves nobody whom one could ask; it renews a file every 5 seconds.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "const { mtimeMs } = fs.statSync(`${process.env.HOURGLASS_DATA_DIR}/worker-heartbeat`); process.exit(Date.now() - mtimeMs < 30_000 ? 0 : 1)"]
CMD ["node", "apps/worker/dist/main.js"]
