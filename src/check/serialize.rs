//! Reports in the form of the JavaScript API.

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::migrate::Migrated;
use super::normalize::Normalized;
use super::report::{Change, Fix, Issue, Report};

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Report", 2)?;
        out.serialize_field("ok", &self.ok())?;
        out.serialize_field("issues", &self.issues)?;
        out.end()
    }
}

impl Serialize for Issue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("severity", &self.severity())?;
        out.serialize_entry("code", self.code.name())?;
        out.serialize_entry("param", &self.param)?;
        out.serialize_entry("path", &self.path)?;
        out.serialize_entry("message", &self.message)?;
        if let Some(given) = &self.given {
            out.serialize_entry("given", given)?;
        }
        if let Some(allowed) = &self.allowed {
            out.serialize_entry("allowed", allowed)?;
        }
        if let Some(fix) = &self.fix {
            out.serialize_entry("fix", fix)?;
        }
        out.serialize_entry("source", self.code.source())?;
        out.end()
    }
}

impl Serialize for Fix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        if let Some(value) = &self.value {
            out.serialize_entry("value", value)?;
        }
        out.serialize_entry("applicability", &self.applicability)?;
        out.end()
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("code", self.code.name())?;
        out.serialize_entry("param", &self.param)?;
        out.serialize_entry("path", &self.path)?;
        if let Some(from) = &self.from {
            out.serialize_entry("from", from)?;
        }
        if let Some(to) = &self.to {
            out.serialize_entry("to", to)?;
        }
        out.serialize_entry("reason", &self.reason)?;
        out.end()
    }
}

impl Serialize for Normalized {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Normalized", 3)?;
        out.serialize_field("request", &self.request)?;
        out.serialize_field("changes", &self.changes)?;
        out.serialize_field("report", &self.report)?;
        out.end()
    }
}

impl Serialize for Migrated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Migrated", 3)?;
        out.serialize_field("request", &self.request)?;
        out.serialize_field("changes", &self.changes)?;
        out.serialize_field("report", &self.report)?;
        out.end()
    }
}
