//! How many images per minute a usage tier allows for a request, and which of its two limits binds.

use super::estimate::Estimate;
use crate::catalog::model::TierLimit;
use crate::catalog::{Catalog, Fact};

/// Which limit is reached first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Images per minute.
    Images,
    /// Tokens per minute.
    Tokens,
}

impl Binding {
    /// The word the JavaScript API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Images => "images_per_minute",
            Self::Tokens => "tokens_per_minute",
        }
    }
}

/// What a tier allows for one sort of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The tier, 1 to 5.
    pub tier: u32,
    /// Images per minute, by the expected tokens of the request; a whole number of requests is not assumed.
    pub images_per_minute: u32,
    /// The limit that is reached first.
    pub binding: Binding,
}

/// The images per minute of a request by its estimate, for a tier from 1 to 5. `None` where no limits are published for
/// the model, or its tokens are unknown.
pub fn rate(estimate: &Estimate, images: u32, tier: u32, catalog: &Catalog) -> Option<Rate> {
    let model = catalog.find(estimate.model?)?;
    let Fact::Known(tiers) = model.tiers else { return None };
    let TierLimit { tokens_per_minute, images_per_minute, .. } =
        tiers.iter().copied().find(|row| row.tier == tier)?;
    let tokens = estimate
        .items
        .iter()
        .try_fold(0_u64, |sum, item| Some(sum.saturating_add(item.tokens?.expected?)))?;
    let by_tokens = u64::from(tokens_per_minute).saturating_mul(u64::from(images.max(1))).checked_div(tokens);
    let by_tokens = by_tokens.map_or(u32::MAX, |count| u32::try_from(count).unwrap_or(u32::MAX));
    let binding = if by_tokens < images_per_minute { Binding::Tokens } else { Binding::Images };
    Some(Rate { tier, images_per_minute: by_tokens.min(images_per_minute), binding })
}

#[cfg(test)]
mod tests {
    use super::{Binding, rate};
    use crate::catalog::Catalog;
    use crate::check::Context;
    use crate::cost::estimate;
    use crate::date::Date;
    use crate::request::Operation;

    #[test]
    fn images_bind_at_small_sizes_and_tokens_at_large_ones() {
        let catalog = Catalog::default();
        let context = Context::new(Date::new(2026, 11, 20));
        for (request, tier, images, binding) in [
            (
                r#"{"model":"gpt-image-1-mini","prompt":"x","size":"1024x1024","quality":"high"}"#,
                1,
                5,
                Binding::Images,
            ),
            (
                r#"{"model":"gpt-image-2","prompt":"x","size":"2880x2880","quality":"high"}"#,
                1,
                4,
                Binding::Tokens,
            ),
            (
                r#"{"model":"gpt-image-2","prompt":"x","size":"1024x1024","quality":"low"}"#,
                5,
                250,
                Binding::Images,
            ),
        ] {
            let estimate =
                estimate(Operation::Generate, &serde_json::from_str(request).unwrap(), &context, &catalog);
            let found = rate(&estimate, 1, tier, &catalog).unwrap();
            assert_eq!((found.images_per_minute, found.binding), (images, binding), "{request}");
            assert_eq!(rate(&estimate, 1, 6, &catalog), None);
        }
    }

    #[test]
    fn what_is_not_published_has_no_rate() {
        let catalog = Catalog::default();
        let context = Context::new(Date::new(2026, 11, 20));
        for request in [
            // No limits, no calculator, no such quality, no such model.
            r#"{"model":"gpt-image-1.5","prompt":"x","size":"1024x1024","quality":"low"}"#,
            r#"{"model":"gpt-image-2.6-flare","prompt":"x","size":"1024x1024","quality":"low"}"#,
            r#"{"model":"gpt-image-2","prompt":"x","size":"1024x1024","quality":"max"}"#,
            r#"{"model":"nobody","prompt":"x"}"#,
        ] {
            let estimate =
                estimate(Operation::Generate, &serde_json::from_str(request).unwrap(), &context, &catalog);
            assert_eq!(rate(&estimate, 1, 3, &catalog), None, "{request}");
        }
    }

    #[test]
    fn several_images_share_the_tokens_of_their_call() {
        let catalog = Catalog::default();
        let context = Context::new(Date::new(2026, 11, 20));
        let request = |n| {
            let json = format!(
                r#"{{"model":"gpt-image-2","prompt":"x","size":"2880x2880","quality":"high","n":{n}}}"#
            );
            serde_json::from_str(&json).unwrap()
        };
        for n in [1, 4, 10] {
            let estimate = estimate(Operation::Generate, &request(n), &context, &catalog);
            assert_eq!(rate(&estimate, n, 1, &catalog).unwrap().images_per_minute, 4);
        }
    }
}
