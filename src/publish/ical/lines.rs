//! Content lines: escaped, folded at 75 octets, never inside a character.

/// The longest line without its line break (RFC 5545, section 3.1).
const MAX_OCTETS: usize = 75;

/// Lines of a calendar.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
}

impl Lines {
    /// A property whose value is our own or made of a closed alphabet.
    pub(super) fn plain(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{value}"));
    }

    /// A property of type TEXT.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{}", escape(value)));
    }

    /// A property of type URI; left out when the value cannot be one.
    pub(super) fn uri(&mut self, name: &str, value: &str) {
        let strange = |c: char| c.is_control() || c.is_whitespace() || is_invisible(c);
        if (value.starts_with("https://") || value.starts_with("http://"))
            && !value.contains(strange)
        {
            self.fold(&format!("{name}:{value}"));
        }
    }

    /// A property of several TEXT values.
    pub(super) fn texts<'a>(&mut self, name: &str, values: impl Iterator<Item = &'a str>) {
        let values: Vec<String> = values.map(escape).collect();
        if !values.is_empty() {
            self.fold(&format!("{name}:{}", values.join(",")));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn append(&mut self, other: Self) {
        self.text.push_str(&other.text);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn fold(&mut self, line: &str) {
        let mut octets = 0;
        for letter in line.chars() {
            if octets + letter.len_utf8() > MAX_OCTETS {
                self.text.push_str("\r\n ");
                octets = 1;
            }
            self.text.push(letter);
            octets += letter.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

/// TEXT of RFC 5545, section 3.3.11. Every way of ending a line becomes `\n`; other control characters go.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + 16);
    let mut letters = value.trim().chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => escaped.push_str("\\\\"),
            ';' => escaped.push_str("\\;"),
            ',' => escaped.push_str("\\,"),
            '\r' => {
                letters.next_if_eq(&'\n');
                escaped.push_str("\\n");
            }
            // Some readers break lines at these as well.
            '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                escaped.push_str("\\n");
            }
            '\t' => escaped.push(' '),
            letter if letter.is_control() || is_invisible(letter) => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Characters that turn the direction of text around, or mark the start of a file.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unfold(text: &str) -> Vec<String> {
        let joined = text.replace("\r\n ", "");
        joined.split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn nothing_ends_a_line_but_us() {
        let mut lines = Lines::default();
        lines
            .text("SUMMARY", "a\r\nEND:VEVENT\nb\rc\u{2028}d\u{85}e\u{0}f\u{7f}g; h, i\\ \u{feff}");
        let wanted = r"SUMMARY:a\nEND:VEVENT\nb\nc\nd\nefg\; h\, i\\ ".to_owned() + "\r\n";
        assert_eq!(lines.finish(), wanted);
        let mut lines = Lines::default();
        lines.uri("URL", "https://a.example/\r\nX:1");
        lines.uri("URL", "javascript:alert(1)");
        assert!(lines.is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_one_line_of_short_pieces(value in "\\PC*|(?s).{0,300}") {
            let mut lines = Lines::default();
            lines.text("DESCRIPTION", &value);
            let text = lines.finish();
            prop_assert_eq!(unfold(&text).len(), 1);
            for piece in text.split_terminator("\r\n") {
                prop_assert!(piece.len() <= 75, "{} octets", piece.len());
                let control = |c: char| c.is_control();
                prop_assert!(!piece.contains(control));
            }
        }
    }
}
