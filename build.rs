//! How the binary is linked, where that is not Cargo's to say.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    let is_static = target("FEATURE").split(',').any(|feature| feature == "crt-static");
    if target("OS") == "linux" && !is_static {
        // At a fixed address: otherwise 22,000 places that hold one take half a megabyte of the file to list and a
        // twelfth of each start to fill in.
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
