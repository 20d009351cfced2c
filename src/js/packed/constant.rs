//! Which texts are part of the module.
#![allow(unsafe_code, reason = "only the linker knows where the module's data lies; nothing is read there")]

// SAFETY: wasm-ld defines both; only their addresses are used.
// <https://github.com/llvm/llvm-project/blob/main/lld/wasm/Driver.cpp>, `createOptionalSymbols` (2026-01).
unsafe extern "C" {
    static __global_base: u8;
    static __data_end: u8;
}

/// Whether a text lies in the module's data, where it stays as it is as long as the module lives. JavaScript decodes each
/// of those once.
pub(super) fn is_constant(text: &str) -> bool {
    let data = (&raw const __global_base).addr()..(&raw const __data_end).addr();
    data.contains(&text.as_ptr().addr())
}
