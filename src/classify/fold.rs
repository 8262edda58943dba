//! Folds text into plain words, so that "Children’s", "childrens" and "CHILDREN" meet as one word.

use unicode_normalization::UnicodeNormalization;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Lower case, without accents, possessive or plural.
    pub folded: String,
    /// First byte in the original.
    pub from: usize,
    /// Byte after the last in the original.
    pub to: usize,
    /// Written mostly in capitals (`SEND`, `TROs`, `DoLS`), at least two letters.
    pub capitals: bool,
    /// Something other than space stands before it (a full stop, a colon): a phrase does not reach over it.
    pub breaks: bool,
}

/// A text as words, and the same words in one line for the matcher.
#[derive(Debug, Clone, Default)]
pub struct Folded {
    /// The words in order.
    pub words: Vec<Word>,
    /// ` word word `: a space before, between and after; a sentence end is ` | `.
    pub line: String,
    /// For each word, where it begins in `line`.
    pub starts: Vec<usize>,
}

impl Folded {
    /// The range of words that a range of bytes of `line` covers.
    #[must_use]
    pub fn words_in(&self, from: usize, to: usize) -> (usize, usize) {
        let first = self.starts.partition_point(|start| *start < from);
        (first, self.starts.partition_point(|start| *start < to))
    }
}

/// Words longer than this are no words.
const LONGEST: usize = 60;

/// Splits and folds a text.
#[must_use]
pub fn fold(text: &str) -> Folded {
    let mut folded = Folded { line: " ".into(), ..Folded::default() };
    let mut breaks = false;
    let mut chars = text.char_indices().peekable();
    while let Some((from, first)) = chars.next() {
        if first == '&' || first == '+' {
            push(&mut folded, "and", (from, from + first.len_utf8()), std::mem::take(&mut breaks));
            continue;
        }
        if !first.is_alphanumeric() {
            breaks |= !first.is_whitespace() && !"-–‑'’‘\"“”#@".contains(first)
                || (matches!(first, '–' | '—'))
                || first == '\n';
            continue;
        }
        let mut to = from + first.len_utf8();
        while let Some((at, next)) = chars.peek().copied() {
            let apostrophe = matches!(next, '\'' | '’' | '‘' | 'ʼ');
            let inner = apostrophe || (next == '.' && text_after(text, at).starts_with(is_digit));
            let joins = next.is_alphanumeric()
                || (inner && text_after(text, at).starts_with(char::is_alphanumeric));
            if !joins {
                break;
            }
            to = at + next.len_utf8();
            chars.next();
        }
        if to - from <= LONGEST {
            let word = text.get(from..to).unwrap_or_default();
            push(&mut folded, word, (from, to), std::mem::take(&mut breaks));
        }
    }
    folded
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn text_after(text: &str, at: usize) -> &str {
    let mut rest = text.get(at..).unwrap_or_default().chars();
    rest.next();
    rest.as_str()
}

fn push(folded: &mut Folded, word: &str, (from, to): (usize, usize), breaks: bool) {
    let stem = stem(word);
    if stem.is_empty() {
        return;
    }
    if breaks && !folded.words.is_empty() {
        folded.line.push_str("| ");
    }
    folded.starts.push(folded.line.len());
    folded.line.push_str(&stem);
    folded.line.push(' ');
    folded.words.push(Word { capitals: in_capitals(word), folded: stem, from, to, breaks });
}

fn in_capitals(word: &str) -> bool {
    let body = word.trim_end_matches("'s").trim_end_matches("’s");
    let body = body.strip_suffix('s').unwrap_or(body);
    let letters = body.chars().filter(|c| c.is_alphabetic()).count();
    let upper = body.chars().filter(|c| c.is_uppercase()).count();
    upper >= 2 && upper * 2 > letters
}

/// One word, folded: `Children’s` and `childrens` to `children`, `Authorities` to `authority`.
#[must_use]
pub fn stem(word: &str) -> String {
    let lower: String = if word.is_ascii() {
        word.to_ascii_lowercase()
    } else {
        word.nfd()
            .filter(|c| !matches!(c, '\u{300}'..='\u{36f}'))
            .flat_map(char::to_lowercase)
            .map(|c| if matches!(c, '’' | '‘' | 'ʼ') { '\'' } else { c })
            .collect()
    };
    let lower = lower.strip_suffix("'s").or_else(|| lower.strip_suffix('\'')).unwrap_or(&lower);
    let lower = lower.replace('\'', "");
    if let Some((_, one)) = ODD_PLURALS.iter().find(|(many, _)| *many == lower) {
        return (*one).to_owned();
    }
    if lower.chars().count() <= 3 {
        return lower;
    }
    if let Some(base) = lower.strip_suffix("ies").filter(|base| base.len() > 2) {
        return format!("{base}y");
    }
    for ending in ["sses", "shes", "ches", "xes"] {
        if lower.ends_with(ending) {
            return lower.trim_end_matches("es").to_owned();
        }
    }
    if lower.ends_with('s') && !["ss", "us", "is"].iter().any(|end| lower.ends_with(end)) {
        return lower.trim_end_matches('s').to_owned();
    }
    lower
}

/// Plurals that the rules would miss, and words that only look like plurals.
const ODD_PLURALS: [(&str, &str); 12] = [
    ("news", "news"),
    ("childrens", "children"),
    ("peoples", "people"),
    ("adults", "adult"),
    ("buses", "bus"),
    ("bus", "bus"),
    ("lives", "life"),
    ("crises", "crisis"),
    ("yes", "yes"),
    ("analyses", "analysis"),
    ("towards", "towards"),
    ("always", "always"),
];

/// A phrase in the shape in which it stands in [`Folded::line`], with a space on each side. A colon in it is meant.
#[must_use]
pub fn phrase(text: &str) -> String {
    let line = fold(text).line;
    if text.contains(':') { line } else { line.replace("| ", "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_meet() {
        for (left, right) in [
            ("Children’s services", "childrens service"),
            ("fly-tipping", "Fly tipping"),
            ("revs & bens", "revs and bens"),
            ("Local authorities'", "local authority"),
            ("Ŵy", "wy"),
            ("co-design days", "co design day"),
            ("TROs", "TRO"),
            ("boxes", "box"),
        ] {
            assert_eq!(fold(left).line, fold(right).line, "{left} / {right}");
        }
        assert!(fold("EHOs").words[0].capitals);
        assert!(!fold("Send").words[0].capitals);
        assert_eq!(fold("One. Two").line, " one | two ");
        assert_eq!(phrase("planning, policy"), " planning policy ");
        assert_eq!(phrase("planning: policy"), " planning | policy ");
    }

    #[test]
    fn words_know_where_they_stood() {
        let text = "The £5 “bulky waste” form";
        let folded = fold(text);
        let at = folded.line.find(" bulky waste ").unwrap();
        let (first, end) = folded.words_in(at + 1, at + 12);
        assert_eq!(&text[folded.words[first].from..folded.words[end - 1].to], "bulky waste");
    }
}
