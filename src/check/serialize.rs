//! Reports in the form of the JavaScript API.

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::accepted::Accepted;
#[cfg(feature = "extras")]
use super::migrate::Migrated;
use super::normalize::Normalized;
use super::report::{Change, Fix, Issue, Report};
use crate::request::value::some;

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
        let mut out = serializer.serialize_struct("Issue", 9)?;
        out.serialize_field("severity", &self.severity())?;
        out.serialize_field("code", self.code.name())?;
        out.serialize_field("param", &self.param)?;
        out.serialize_field("path", &self.path)?;
        out.serialize_field("message", &self.message)?;
        some(&mut out, "given", self.given.as_ref())?;
        some(&mut out, "allowed", self.allowed.as_ref())?;
        some(&mut out, "fix", self.fix.as_ref())?;
        out.serialize_field("source", self.code.source())?;
        out.end()
    }
}

impl Serialize for Fix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Fix", 2)?;
        some(&mut out, "value", self.value.as_ref())?;
        out.serialize_field("applicability", &self.applicability)?;
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

#[cfg(feature = "extras")]
impl Serialize for Migrated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Migrated", 3)?;
        out.serialize_field("request", &self.request)?;
        out.serialize_field("changes", &self.changes)?;
        out.serialize_field("report", &self.report)?;
        out.end()
    }
}

/// The values as pairs of a name and a list: JavaScript makes its own table of them.
impl Serialize for Accepted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Accepted", 3)?;
        out.serialize_field("report", &self.report)?;
        out.serialize_field("longest_prompt", &self.longest_prompt)?;
        out.serialize_field("fields", &Fields(self))?;
        out.end()
    }
}

struct Fields<'a>(&'a Accepted);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.fields.iter().map(|(field, values)| (field.name(), values)))
    }
}
