//! The decisions of a call, pure: send, wait, give up.
