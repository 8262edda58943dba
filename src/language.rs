//! The languages in which people read the pages. Calendars and the API speak to programs and know none of this.

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English as public bodies of the United Kingdom write it.
    English,
    /// Welsh.
    Welsh,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::Welsh];

    /// The language with this tag (`en`, `cy`, also with a region such as `en-GB`).
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let main = tag.split('-').next().unwrap_or(tag);
        Self::ALL.into_iter().find(|language| main.eq_ignore_ascii_case(language.tag()))
    }

    /// As `hreflang`, addresses and feeds.toml have it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Welsh => "cy",
        }
    }

    /// As `lang` of our own words has it.
    #[must_use]
    pub fn written(self) -> &'static str {
        match self {
            Self::English => "en-GB",
            Self::Welsh => "cy",
        }
    }

    /// Its name in itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Welsh => "Cymraeg",
        }
    }

    /// What an address of a page in this language begins with.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::English => "/en",
            Self::Welsh => "/cy",
        }
    }

    /// A path without the language at its beginning, and that language.
    #[must_use]
    pub fn split(path: &str) -> (Option<Self>, &str) {
        for language in Self::ALL {
            match path.strip_prefix(language.prefix()) {
                Some("") => return (Some(language), "/"),
                Some(rest) if rest.starts_with('/') => return (Some(language), rest),
                _ => {}
            }
        }
        (None, path)
    }

    /// The one of `offered` that an `Accept-Language` header likes best (RFC 9110, section 12.5.4): the highest
    /// quality, at a tie what is named first; the first offered where the header says nothing of any.
    #[must_use]
    pub fn preferred(accept: Option<&str>, offered: &[Self]) -> Self {
        let first = offered.first().copied().unwrap_or(Self::English);
        let Some(accept) = accept else { return first };
        let ranges: Vec<(&str, f32)> = accept.split(',').take(32).map(range).collect();
        let rank = |language: Self| {
            let named = ranges.iter().position(|(tag, _)| Self::of_tag(tag) == Some(language));
            let at = named.or_else(|| ranges.iter().position(|(tag, _)| *tag == "*"))?;
            ranges.get(at).map(|(_, quality)| (*quality, at))
        };
        let mut best = None;
        for &language in offered {
            let Some((quality, at)) = rank(language).filter(|(quality, _)| *quality > 0.0) else {
                continue;
            };
            if best.is_none_or(|(_, most, place)| quality > most || (quality == most && at < place))
            {
                best = Some((language, quality, at));
            }
        }
        best.map_or(first, |(language, ..)| language)
    }
}

/// Words by which a text shows that it is Welsh: the small ones that every sentence needs and English has not.
const WELSH: [&str; 46] = [
    "y", "yr", "yn", "ac", "ar", "ym", "yng", "gan", "gyda", "mae", "sydd", "yw", "gyfer", "eich",
    "ein", "eu", "rhwng", "neu", "wedi", "nid", "hwn", "hon", "hyn", "chi", "pob", "bob", "fel",
    "bydd", "dros", "drwy", "cael", "oes", "bod", "gellir", "byddwn", "rydym", "ni", "beth", "sut",
    "pwy", "nad", "efo", "mewn", "dan", "eto", "mae'n",
];
/// The same for English.
const ENGLISH: [&str; 32] = [
    "the", "and", "of", "for", "to", "with", "is", "are", "will", "this", "that", "you", "we",
    "our", "your", "from", "by", "be", "it", "as", "on", "in", "at", "an", "how", "what", "who",
    "not", "have", "can", "or", "all",
];
/// Small Welsh words that are written together: "mae'r", "i'r", "sy'n".
const CLITICS: [&str; 4] = ["r", "n", "ch", "w"];
/// So many of its small words, different ones, make a text one of a language.
const ENOUGH: usize = 3;

/// The language in which a text is written, judged by its small words: only where there are several of one language
/// and next to none of the other. A short title says nothing.
#[must_use]
pub fn written_in(text: &str) -> Option<Language> {
    let lower = text.to_lowercase().replace('’', "'");
    let (mut welsh, mut english) = (Vec::new(), Vec::new());
    for word in lower.split(|letter: char| !letter.is_alphanumeric() && letter != '\'').take(2_000)
    {
        let clitic = word.split_once('\'').is_some_and(|(_, end)| CLITICS.contains(&end));
        if WELSH.contains(&word) || clitic {
            welsh.push(word);
        } else if ENGLISH.contains(&word) {
            english.push(word);
        }
    }
    let different = |words: &[&str]| words.iter().collect::<std::collections::HashSet<_>>().len();
    let is =
        |mine: &[&str], other: &[&str]| different(mine) >= ENOUGH && mine.len() >= 4 * other.len();
    if is(&welsh, &english) {
        Some(Language::Welsh)
    } else {
        is(&english, &welsh).then_some(Language::English)
    }
}

/// One range of the header and its quality.
fn range(part: &str) -> (&str, f32) {
    let mut pieces = part.split(';').map(str::trim);
    let tag = pieces.next().unwrap_or_default();
    let quality = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(1.0, |quality| {
        quality.parse().ok().filter(|quality| (0.0..=1.0).contains(quality)).unwrap_or(0.0)
    });
    (tag, quality)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_chooses_by_quality_then_by_order() {
        let both = [Language::English, Language::Welsh];
        for (header, language) in [
            (None, Language::English),
            (Some("cy"), Language::Welsh),
            (Some("cy-GB,cy;q=0.9,en;q=0.8"), Language::Welsh),
            (Some("en-GB,en;q=0.9,cy;q=0.8"), Language::English),
            (Some("fr, cy;q=0.3"), Language::Welsh),
            (Some("fr, de"), Language::English),
            (Some("cy, en"), Language::Welsh),
            (Some("en, cy"), Language::English),
            (Some("*"), Language::English),
            (Some("cy;q=0.5, *"), Language::English),
            (Some("cy;q=0"), Language::English),
            (Some("cy;q=NaN, en;q=0.1"), Language::English),
            (Some("cyx"), Language::English),
            (Some(""), Language::English),
        ] {
            assert_eq!(Language::preferred(header, &both), language, "{header:?}");
        }
        assert_eq!(Language::preferred(Some("cy"), &[Language::English]), Language::English);
        let welsh_first = [Language::Welsh, Language::English];
        assert_eq!(Language::preferred(Some("fr"), &welsh_first), Language::Welsh);
    }

    #[test]
    fn a_text_shows_its_language_by_its_small_words() {
        for (text, language) in [
            ("Cyfarfod y rhwydwaith llyfrgelloedd ac archifau yng Nghymru", Some(Language::Welsh)),
            ("Mae’r sesiwn hon ar gyfer pawb sy’n gweithio mewn tai.", Some(Language::Welsh)),
            ("A session for the people who run libraries in Wales", Some(Language::English)),
            // Names of places and too few words say nothing.
            ("Diwrnod darganfod: tai", None),
            ("Housing day in Ynys y Barri and Pen y Bont", None),
            ("Cyfarfod y grŵp", None),
            ("Waste peer group", None),
            (
                "Cyfarfod y grŵp ar gyfer tai, yn yr hydref / Meeting of the group for housing in the autumn",
                None,
            ),
            ("", None),
        ] {
            assert_eq!(written_in(text), language, "{text}");
        }
    }

    #[test]
    fn a_path_gives_its_language_away() {
        assert_eq!(Language::split("/cy"), (Some(Language::Welsh), "/"));
        assert_eq!(Language::split("/cy/"), (Some(Language::Welsh), "/"));
        assert_eq!(Language::split("/en/events/x"), (Some(Language::English), "/events/x"));
        assert_eq!(Language::split("/cymru"), (None, "/cymru"));
        assert_eq!(Language::split("/"), (None, "/"));
    }
}
