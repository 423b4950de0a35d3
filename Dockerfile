# syntax=docker/dockerfile:1.7
# One image a binary: docker build --target producer|consumer|api|wellbook .

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The cache mounts keep the registry and the target folder between builds; the binaries are copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bins \
    && install -D --target-directory /out \
        target/release/wellbook target/release/wellbook-producer \
        target/release/wellbook-consumer target/release/wellbook-api

FROM debian:bookworm-slim AS runtime
# librdkafka links the system's OpenSSL and zlib; the certificates are for brokers and registries behind TLS.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libssl3 zlib1g \
    && rm -rf /var/lib/apt/lists/*
LABEL org.opencontainers.image.title="Wellbook" \
      org.opencontainers.image.description="An oil and gas general ledger as an event stream" \
      org.opencontainers.image.licenses="Apache-2.0"
# Inside a container the admin port is scraped from outside it; the ports are published on loopback by Compose.
ENV LOG_FORMAT=json
USER 10001:10001
WORKDIR /

FROM runtime AS producer
COPY --from=build /out/wellbook-producer /usr/local/bin/
ENV ADMIN_ADDRESS=0.0.0.0:9101
EXPOSE 9101
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["wellbook-producer", "healthcheck"]
ENTRYPOINT ["wellbook-producer"]
CMD ["run"]

FROM runtime AS consumer
COPY --from=build /out/wellbook-consumer /usr/local/bin/
ENV ADMIN_ADDRESS=0.0.0.0:9102
EXPOSE 9102
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["wellbook-consumer", "healthcheck"]
ENTRYPOINT ["wellbook-consumer"]
CMD ["--help"]

FROM runtime AS api
COPY --from=build /out/wellbook-api /usr/local/bin/
ENV ADMIN_ADDRESS=0.0.0.0:9104 API_ADDRESS=0.0.0.0:8080
EXPOSE 8080 9104
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["wellbook-api", "healthcheck"]
ENTRYPOINT ["wellbook-api"]
CMD ["run"]

FROM runtime AS wellbook
COPY --from=build /out/wellbook /usr/local/bin/
# A command that runs and ends: whoever starts it reads its exit code.
HEALTHCHECK NONE
ENTRYPOINT ["wellbook"]
CMD ["--help"]
