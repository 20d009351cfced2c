//! The module of the npm package: the crate with its JavaScript face, whose functions it exports.

use gpt_image_edge as _;
