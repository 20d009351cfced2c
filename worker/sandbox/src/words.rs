//! What a prompt asks for, as far as single words tell: this draws pictures for demonstrations, it does not understand.

use crate::draw::Rgb;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Ranges of mountains in haze.
    Mountains,
    /// Mountains over still water.
    Lake,
    /// Open water to the horizon.
    Sea,
    /// Rows of conifers.
    Forest,
    /// Rolling fields.
    Meadow,
    /// Dunes.
    Desert,
    /// A skyline.
    City,
    /// Nebulae, stars, a planet.
    Space,
    /// Folded bands of colour.
    Abstract,
    /// One thing on a plain ground.
    Studio,
}

/// What stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is what it is called")]
pub enum Subject {
    Cat,
    Dog,
    Bird,
    Fish,
    Whale,
    Tree,
    Flower,
    House,
    Lighthouse,
    Boat,
    Balloon,
    Rocket,
    Person,
    Mug,
    Apple,
    Heart,
    Star,
    Mushroom,
    Robot,
    Leaf,
    Gem,
}

/// The light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is what it is called")]
pub enum Hour {
    Dawn,
    Day,
    Dusk,
    Night,
}

/// What falls or hangs in the air.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is what it is called")]
pub enum Weather {
    Clear,
    Cloudy,
    Fog,
    Rain,
    Snow,
}

/// How the whole is treated at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// As it is drawn.
    Plain,
    /// Large square pixels of few colours.
    Pixel,
    /// Shades of grey.
    Grey,
    /// Faded and warm.
    Vintage,
    /// Few flat colours.
    Poster,
    /// Dark lines on paper.
    Sketch,
    /// Soft washes on paper.
    Watercolor,
}

/// What the words of a prompt said; what they did not say is left to chance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Brief {
    /// Where.
    pub place: Option<Place>,
    /// What.
    pub subject: Option<Subject>,
    /// When.
    pub hour: Option<Hour>,
    /// In what weather.
    pub weather: Option<Weather>,
    /// How.
    pub style: Option<Style>,
    /// The colour that was named right before what is drawn: "a red balloon".
    pub subject_color: Option<Rgb>,
    /// Further colours by name, in the order they were named, at most three: those of the scene.
    pub colors: Vec<Rgb>,
}

#[derive(Clone, Copy)]
enum Meaning {
    Place(Place),
    Subject(Subject),
    Hour(Hour),
    Weather(Weather),
    Style(Style),
    Color(u32),
}

impl Brief {
    /// Reads a prompt. The first word of each kind wins; a plural counts as its singular.
    pub fn read(prompt: &str) -> Self {
        let mut brief = Self::default();
        // A colour and how many words ago it was named.
        let mut pending: Option<(Rgb, u32)> = None;
        // The longest prompt is 32,000 characters; the first words carry the picture.
        for word in prompt.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(400) {
            let word = word.to_lowercase();
            let known = meaning(&word).or_else(|| meaning(word.strip_suffix('s')?));
            let known = known.or_else(|| meaning(word.strip_suffix("es")?));
            match known {
                // A lake in the mountains is a lake.
                Some(Meaning::Place(Place::Lake)) if brief.place == Some(Place::Mountains) => {
                    brief.place = Some(Place::Lake);
                }
                Some(Meaning::Place(place)) => brief.place = brief.place.or(Some(place)),
                Some(Meaning::Subject(subject)) if brief.subject.is_none() => {
                    brief.subject = Some(subject);
                    brief.subject_color = pending.take().map(|(color, _)| color);
                }
                Some(Meaning::Hour(hour)) => brief.hour = brief.hour.or(Some(hour)),
                Some(Meaning::Weather(weather)) => brief.weather = brief.weather.or(Some(weather)),
                Some(Meaning::Style(style)) => brief.style = brief.style.or(Some(style)),
                Some(Meaning::Color(code)) => {
                    brief.color(pending.take());
                    pending = Some((Rgb::hex(code), 0));
                }
                Some(Meaning::Subject(_)) | None => {}
            }
            match &mut pending {
                Some((_, age)) if *age < 2 => *age = age.saturating_add(1),
                _ => brief.color(pending.take()),
            }
        }
        brief.color(pending);
        brief
    }

    fn color(&mut self, color: Option<(Rgb, u32)>) {
        if self.colors.len() < 3 {
            self.colors.extend(color.map(|(color, _)| color));
        }
    }
}

fn meaning(word: &str) -> Option<Meaning> {
    use Meaning as M;
    Some(match word {
        "mountain" | "alp" | "peak" | "summit" | "cliff" | "valley" | "canyon" | "volcano" | "landscape" => {
            M::Place(Place::Mountains)
        }
        "lake" | "fjord" | "river" | "pond" | "reflection" => M::Place(Place::Lake),
        "sea" | "ocean" | "wave" | "beach" | "coast" | "harbor" | "harbour" | "island" | "surf"
        | "underwater" => M::Place(Place::Sea),
        "forest" | "wood" | "woodland" | "jungle" | "taiga" | "pine" | "conifer" => M::Place(Place::Forest),
        "meadow" | "field" | "hill" | "countryside" | "farm" | "garden" | "grass" | "park" => {
            M::Place(Place::Meadow)
        }
        "desert" | "dune" | "sahara" | "sand" => M::Place(Place::Desert),
        "city" | "skyline" | "street" | "town" | "building" | "skyscraper" | "metropolis" | "cyberpunk"
        | "urban" | "tokyo" | "paris" | "york" => M::Place(Place::City),
        "space" | "galaxy" | "planet" | "nebula" | "cosmos" | "universe" | "cosmic" | "astronaut"
        | "orbit" => M::Place(Place::Space),
        "abstract" | "pattern" | "gradient" | "wallpaper" | "geometric" | "background" | "texture"
        | "silk" | "flow" | "fluid" => M::Place(Place::Abstract),
        "studio" | "portrait" | "product" | "icon" | "logo" | "sticker" | "isolated" | "closeup"
        | "mascot" => M::Place(Place::Studio),
        "cat" | "kitten" | "siamese" | "feline" | "tabby" => M::Subject(Subject::Cat),
        "dog" | "puppy" | "corgi" | "terrier" | "shiba" | "fox" | "wolf" => M::Subject(Subject::Dog),
        "bird" | "sparrow" | "robin" | "owl" | "parrot" | "duck" | "hummingbird" => M::Subject(Subject::Bird),
        "fish" | "goldfish" | "koi" | "salmon" => M::Subject(Subject::Fish),
        "whale" | "dolphin" | "orca" => M::Subject(Subject::Whale),
        "tree" | "oak" | "maple" => M::Subject(Subject::Tree),
        "flower" | "rose" | "tulip" | "daisy" | "sunflower" | "blossom" | "lotu" | "poppy" => {
            M::Subject(Subject::Flower)
        }
        "house" | "cabin" | "cottage" | "home" | "barn" | "hut" => M::Subject(Subject::House),
        "lighthouse" | "tower" => M::Subject(Subject::Lighthouse),
        "boat" | "ship" | "sailboat" | "yacht" | "sail" => M::Subject(Subject::Boat),
        "balloon" | "airship" => M::Subject(Subject::Balloon),
        "rocket" | "spaceship" | "spacecraft" => M::Subject(Subject::Rocket),
        "person" | "man" | "woman" | "child" | "girl" | "boy" | "hiker" | "people" | "traveler" | "monk" => {
            M::Subject(Subject::Person)
        }
        "mug" | "cup" | "coffee" | "tea" | "latte" | "teapot" => M::Subject(Subject::Mug),
        "apple" | "fruit" | "peach" | "cherry" => M::Subject(Subject::Apple),
        "heart" | "love" | "valentine" => M::Subject(Subject::Heart),
        "star" => M::Subject(Subject::Star),
        "mushroom" | "toadstool" | "fungi" => M::Subject(Subject::Mushroom),
        "robot" | "android" | "bot" => M::Subject(Subject::Robot),
        "leaf" | "leave" | "plant" | "fern" => M::Subject(Subject::Leaf),
        "gem" | "crystal" | "diamond" | "jewel" | "ruby" | "sapphire" => M::Subject(Subject::Gem),
        "dawn" | "sunrise" | "morning" => M::Hour(Hour::Dawn),
        "day" | "noon" | "midday" | "sunny" | "daylight" | "afternoon" | "summer" => M::Hour(Hour::Day),
        "dusk" | "sunset" | "evening" | "twilight" | "golden" | "autumn" => M::Hour(Hour::Dusk),
        "night" | "midnight" | "moon" | "moonlight" | "moonlit" | "starry" | "dark" | "aurora" => {
            M::Hour(Hour::Night)
        }
        "cloud" | "cloudy" | "overcast" => M::Weather(Weather::Cloudy),
        "fog" | "mist" | "misty" | "foggy" | "haze" | "hazy" => M::Weather(Weather::Fog),
        "rain" | "rainy" | "storm" | "stormy" | "thunderstorm" => M::Weather(Weather::Rain),
        "snow" | "snowy" | "winter" | "frozen" | "blizzard" | "christma" => M::Weather(Weather::Snow),
        "clear" | "cloudless" => M::Weather(Weather::Clear),
        "pixel" | "pixelart" | "8bit" | "retro" | "voxel" => M::Style(Style::Pixel),
        "monochrome" | "grayscale" | "greyscale" | "noir" => M::Style(Style::Grey),
        "vintage" | "sepia" | "film" | "polaroid" | "nostalgic" | "analog" => M::Style(Style::Vintage),
        "poster" | "flat" | "minimalist" | "minimal" | "vector" | "cartoon" | "anime" | "ghibli"
        | "popart" => M::Style(Style::Poster),
        "sketch" | "drawing" | "pencil" | "ink" | "lineart" | "etching" | "charcoal" => {
            M::Style(Style::Sketch)
        }
        "watercolor" | "watercolour" | "painting" | "gouache" | "aquarelle" | "impressionist" | "painted" => {
            M::Style(Style::Watercolor)
        }
        _ => M::Color(named_color(word)?),
    })
}

fn named_color(word: &str) -> Option<u32> {
    Some(match word {
        "red" | "scarlet" => 0xd42a2a,
        "crimson" => 0xa81834,
        "orange" => 0xf07d1a,
        "amber" => 0xf5a623,
        "gold" => 0xe0b03c,
        "yellow" => 0xf4cf2f,
        "lime" => 0x9ad62a,
        "green" => 0x2f9e44,
        "emerald" => 0x128a5c,
        "olive" => 0x7d8533,
        "mint" => 0x86d8b4,
        "teal" => 0x148f8f,
        "turquoise" | "aqua" => 0x2cc4c0,
        "cyan" => 0x1fbdd8,
        "blue" => 0x2362d0,
        "azure" => 0x3a93e8,
        "navy" => 0x162a66,
        "indigo" => 0x3d2c9c,
        "violet" => 0x7a3cd0,
        "purple" => 0x862fb0,
        "lavender" => 0xb09ce0,
        "magenta" | "fuchsia" => 0xd02a9c,
        "pink" => 0xf078a8,
        "coral" => 0xf2705c,
        "brown" => 0x7a4a2a,
        "beige" | "cream" => 0xe8d8b8,
        "white" => 0xf2f2f0,
        "black" => 0x1c1c22,
        "grey" | "gray" | "silver" => 0x8a9098,
        _ => return None,
    })
}

/// The colour of "on a flat #00ff00 background": what is asked of models that draw nothing transparent, to be cut out.
pub fn flat_ground(prompt: &str) -> Option<[u8; 3]> {
    let (_, after) = prompt.split_once("flat #")?;
    let (digits, rest) = after.split_at_checked(6)?;
    let code = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = code.to_be_bytes();
    rest.trim_start().starts_with("background").then_some([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::{Brief, Hour, Place, Style, Subject, Weather, flat_ground};

    #[test]
    fn words_of_every_kind_are_found() {
        let brief = Brief::read("Two red cats, in a SNOWY forest at night; watercolor (blue)");
        assert_eq!(brief.subject, Some(Subject::Cat));
        assert_eq!(brief.place, Some(Place::Forest));
        assert_eq!(brief.hour, Some(Hour::Night));
        assert_eq!(brief.weather, Some(Weather::Snow));
        assert_eq!(brief.style, Some(Style::Watercolor));
        assert!(brief.subject_color.is_some());
        assert_eq!(brief.colors.len(), 1);
    }

    #[test]
    fn a_colour_before_the_subject_is_its_own_and_others_are_the_scenes() {
        let brief = Brief::read("a red hot balloon over a blue and gold sea");
        assert_eq!(brief.subject_color, Some(crate::draw::Rgb::hex(0xd42a2a)));
        assert_eq!(brief.colors.len(), 2);
        let brief = Brief::read("a balloon, all in red");
        assert_eq!((brief.subject_color, brief.colors.len()), (None, 1));
    }

    #[test]
    fn the_first_word_of_a_kind_wins_and_unknown_ones_mean_nothing() {
        assert_eq!(Brief::read("beaches and mountains").place, Some(Place::Sea));
        assert_eq!(Brief::read("quarterly synergy, 猫 🐈"), Brief::default());
        assert_eq!(Brief::read(""), Brief::default());
    }

    #[test]
    fn a_flat_ground_is_a_colour_and_the_word() {
        let ground = |prompt| flat_ground(prompt);
        assert_eq!(ground("a red apple on a flat #00FF7f background"), Some([0, 255, 127]));
        for prompt in
            ["a flat #00ff0 background", "a flat #00ff00 wall", "flat #", "on a flat #00ff0é background", ""]
        {
            assert_eq!(ground(prompt), None, "{prompt}");
        }
    }
}
