# A static binary and nothing else. Stage one builds it, the dependencies in a layer that a change of source leaves alone.
# For whichever architecture the builder has: each is built by a machine of its own kind.
FROM rust:1-bookworm AS build
WORKDIR /build
RUN rustc -vV | sed -n 's/^host: //p' > host

COPY Cargo.toml Cargo.lock ./
COPY tests/browser/Cargo.toml tests/browser/Cargo.toml
COPY .ci/static.toml .ci/static.toml
# The benches and the browser tests are not here, and Cargo would look for each that is declared.
RUN sed -i '/^\[\[bench\]\]$/,/^$/d' Cargo.toml && touch tests/browser/tests.rs \
    && mkdir src && echo '//! Not yet.' | tee src/lib.rs > src/main.rs && echo 'fn main() {}' >> src/main.rs \
    && cargo build --release --locked --config .ci/static.toml --target "$(cat host)"

COPY build.rs build.rs
COPY src src
COPY fixtures fixtures
# The sources may be older than what was built in their place.
RUN touch src/main.rs src/lib.rs \
    && cargo build --release --locked --config .ci/static.toml --target "$(cat host)" \
    && mv "target/$(cat host)/release/cortex-audit-mock" .

FROM scratch
COPY --from=build /build/cortex-audit-mock /cortex-audit-mock
USER 65532:65532
EXPOSE 8080
ENV CORTEX_MOCK_LISTEN=0.0.0.0:8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s CMD ["/cortex-audit-mock", "healthcheck"]
ENTRYPOINT ["/cortex-audit-mock"]
# Who builds a release says which one, and where its source is.
ARG VERSION=unreleased
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="cortex-audit-mock" \
    org.opencontainers.image.description="A mock of Cortex's audit-log API (GET /api/v1/audit-logs) for tests and demos: no account, no network, repeatable data." \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.source="$SOURCE" \
    org.opencontainers.image.documentation="$SOURCE"
