//! Estimates and costs in the form of the JavaScript API: amounts as US dollars, exact ones also as decimal text.

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::actual::{Cost, CostItem, CostNote};
use super::cheapest::Cheapest;
use super::estimate::{Estimate, EstimateItem, Note};
use super::interval::{Bounds, Few, Interval};
use super::money::NanoUsd;
use super::rate::Rate;
use crate::request::Size;

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
        let mut out = serializer.serialize_struct("Bounds", 3)?;
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
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("currency", CURRENCY)?;
        if let Some(model) = self.model {
            out.serialize_entry("model", model)?;
        }
        out.serialize_entry("min", &self.usd.min)?;
        out.serialize_entry("expected", &self.usd.expected)?;
        out.serialize_entry("max", &self.usd.max)?;
        out.serialize_entry("basis", self.basis.name())?;
        if let Some(by_tokens) = &self.by_tokens {
            out.serialize_entry("by_tokens", by_tokens)?;
        }
        if let Some(by_table) = &self.by_table {
            out.serialize_entry("by_table", by_table)?;
        }
        if let Some(day) = self.prices_as_of {
            out.serialize_entry("prices_as_of", &day.to_string())?;
        }
        out.serialize_entry("notes", &self.notes)?;
        out.serialize_entry("items", &self.items)?;
        out.end()
    }
}

impl Serialize for EstimateItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("kind", self.kind.name())?;
        if let Some(tokens) = &self.tokens {
            out.serialize_entry("tokens", tokens)?;
        }
        out.serialize_entry("usd", &self.usd)?;
        out.end()
    }
}

impl Serialize for Cost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("currency", CURRENCY)?;
        out.serialize_entry("usd", &self.usd)?;
        out.serialize_entry("usd_text", &self.usd.to_string())?;
        out.serialize_entry("items", &self.items)?;
        if !self.notes.is_empty() {
            out.serialize_entry("notes", &self.notes)?;
        }
        if !self.unknown_fields.is_empty() {
            out.serialize_entry("unknown_fields", &self.unknown_fields)?;
        }
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

impl Serialize for Cheapest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Cheapest", 4)?;
        out.serialize_field("size", &Size::Pixels { width: self.width, height: self.height }.to_string())?;
        out.serialize_field("tokens", &self.tokens)?;
        out.serialize_field("usd", &self.usd)?;
        out.serialize_field("usd_text", &self.usd.to_string())?;
        out.end()
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Rate", 3)?;
        out.serialize_field("tier", &self.tier)?;
        out.serialize_field("images_per_minute", &self.images_per_minute)?;
        out.serialize_field("binding", self.binding.name())?;
        out.end()
    }
}
