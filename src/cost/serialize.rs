//! Estimates and costs in the form of the JavaScript API: amounts as US dollars, exact ones also as decimal text.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::actual::{Cost, CostItem, CostNote};
#[cfg(feature = "extras")]
use super::cheapest::Cheapest;
use super::estimate::{Estimate, EstimateItem, Note};
use super::interval::{Bounds, Few, Interval};
use super::money::NanoUsd;
#[cfg(feature = "extras")]
use super::rate::Rate;
use crate::request::Size;
use crate::request::value::some;

const CURRENCY: &str = "USD";

impl Serialize for NanoUsd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_usd())
    }
}

impl<T: Serialize> Serialize for Interval<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Interval", 3)?;
        out.serialize_field("min", &self.min)?;
        out.serialize_field("expected", &self.expected)?;
        out.serialize_field("max", &self.max)?;
        out.end()
    }
}

impl<T: Serialize> Serialize for Bounds<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Interval", 3)?;
        out.serialize_field("min", &self.min)?;
        out.serialize_field("expected", &self.expected)?;
        out.serialize_field("max", &self.max)?;
        out.end()
    }
}

impl<T: Serialize + Copy, const N: usize> Serialize for Few<T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl Serialize for CostNote {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl Serialize for Estimate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Estimate", 11)?;
        out.serialize_field("currency", CURRENCY)?;
        some(&mut out, "model", self.model.as_ref())?;
        out.serialize_field("min", &self.usd.min)?;
        out.serialize_field("expected", &self.usd.expected)?;
        out.serialize_field("max", &self.usd.max)?;
        out.serialize_field("basis", self.basis.name())?;
        some(&mut out, "by_tokens", self.by_tokens.as_ref())?;
        some(&mut out, "by_table", self.by_table.as_ref())?;
        some(&mut out, "prices_as_of", self.prices_as_of.as_ref())?;
        out.serialize_field("notes", &self.notes)?;
        out.serialize_field("items", &self.items)?;
        out.end()
    }
}

impl Serialize for EstimateItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("EstimateItem", 3)?;
        out.serialize_field("kind", self.kind.name())?;
        some(&mut out, "tokens", self.tokens.as_ref())?;
        out.serialize_field("usd", &self.usd)?;
        out.end()
    }
}

impl Serialize for Cost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Cost", 6)?;
        out.serialize_field("currency", CURRENCY)?;
        out.serialize_field("usd", &self.usd)?;
        out.serialize_field("usd_text", &self.usd.decimal())?;
        out.serialize_field("items", &self.items)?;
        some(&mut out, "notes", Some(&self.notes).filter(|list| !list.is_empty()))?;
        some(&mut out, "unknown_fields", Some(&self.unknown_fields).filter(|list| !list.is_empty()))?;
        out.end()
    }
}

impl Serialize for CostItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("CostItem", 3)?;
        out.serialize_field("kind", self.kind.name())?;
        out.serialize_field("tokens", &self.tokens)?;
        out.serialize_field("usd", &self.usd)?;
        out.end()
    }
}

#[cfg(feature = "extras")]
impl Serialize for Cheapest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Cheapest", 4)?;
        out.serialize_field("size", &Size::Pixels { width: self.width, height: self.height }.spelled())?;
        out.serialize_field("tokens", &self.tokens)?;
        out.serialize_field("usd", &self.usd)?;
        out.serialize_field("usd_text", &self.usd.decimal())?;
        out.end()
    }
}

#[cfg(feature = "extras")]
impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Rate", 3)?;
        out.serialize_field("tier", &self.tier)?;
        out.serialize_field("images_per_minute", &self.images_per_minute)?;
        out.serialize_field("binding", self.binding.name())?;
        out.end()
    }
}
