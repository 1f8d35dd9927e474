//! What a runbook's shell texts call, and whether the tools of that version know it.
#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod calls;
pub(crate) mod flags;
pub(crate) mod parse;

mod cases;
