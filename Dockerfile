# Two images from one build: `docker build --target api .` and `docker build --target worker .`

FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY . .
RUN npm run build

# Only the manifests, so that a changed source file does not invalidate the next stage.
FROM base AS manifests
COPY . /source
RUN cd /source \
  && find packages apps -name package.json -exec cp --parents --target-directory=/app {} + \
  && cp package.json package-lock.json .npmrc /app

# Dependencies of the API and the worker, without the embedded servers and the command line.
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
# A new named volume inherits the owner of its mount point.
RUN mkdir /var/lib/hourglass && chown node:node /var/lib/hourglass
USER node
VOLUME /var/lib/hourglass

FROM runtime AS api
ENV NODE_OPTIONS="--max-semi-space-size=16 --require=/app/packages/platform/dist/size-thread-pool.cjs"
# All interfaces of the container; publishing the port decides which clients reach it.
ENV HOURGLASS_HOST=0.0.0.0 HOURGLASS_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "require(process.env.HOURGLASS_TLS_CERT ? 'https' : 'http').get({ host: '127.0.0.1', port: process.env.HOURGLASS_PORT, path: '/healthz', rejectUnauthorized: false }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
CMD ["node", "apps/api/dist/main.js"]

FROM runtime AS worker
ENV NODE_OPTIONS="--max-semi-space-size=4 --require=/app/packages/platform/dist/size-thread-pool.cjs"
# The worker has no port; it touches this file every 5 seconds.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "const { mtimeMs } = fs.statSync(`${process.env.HOURGLASS_DATA_DIR}/worker-heartbeat`); process.exit(Date.now() - mtimeMs < 30_000 ? 0 : 1)"]
CMD ["node", "apps/worker/dist/main.js"]
