# A static binary and nothing else. Stage one builds it, the dependencies in a layer that a change of source leaves alone.
FROM rust:1-bookworm AS build
WORKDIR /build
# Static, and with random numbers straight from the system call: a static binary cannot look that up at run time and
# would need /dev/urandom. The target is named, though it is the host's own, to keep the flags from build scripts.
ENV RUSTFLAGS="-C target-feature=+crt-static --cfg getrandom_backend=\"linux_getrandom\""
RUN rustc -vV | sed -n 's/^host: //p' > host

COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src benches/server benches/steer && echo 'fn main() {}' > src/main.rs && touch src/lib.rs \
    && touch benches/counts.rs benches/generate.rs benches/judge.rs benches/micro.rs benches/server/main.rs benches/start.rs benches/steer/main.rs \
    && cargo build --release --locked --target "$(cat host)"

COPY src src
COPY fixtures fixtures
# The sources may be older than what was built in their place.
RUN touch src/main.rs src/lib.rs \
    && cargo build --release --locked --target "$(cat host)" \
    && mv "target/$(cat host)/release/cortex-audit-mock" .

FROM scratch
COPY --from=build /build/cortex-audit-mock /cortex-audit-mock
USER 65532:65532
EXPOSE 8080
ENV CORTEX_MOCK_LISTEN=0.0.0.0:8080
HEALTHCHECK --interval=5s --timeout=5s CMD ["/cortex-audit-mock", "healthcheck"]
ENTRYPOINT ["/cortex-audit-mock"]
