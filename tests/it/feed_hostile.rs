//! Feeds and pages made to hurt: each must end quickly, with a problem or an error.

use std::time::{Duration, Instant};

use folkmoot::read::{self, Document, Hint, MAX_BYTES, MAX_ENTRIES, MAX_TEXT, ReadError};

/// Generous for a debug build on a busy machine; what is quadratic in these sizes takes many minutes.
const SOON: Duration = Duration::from_secs(60);

fn timely(name: &str, text: &str) -> Result<Document, ReadError> {
    let begun = Instant::now();
    let read = read::read(text.as_bytes(), &Hint::default());
    let took = begun.elapsed();
    println!("{name}: {took:?}");
    assert!(took < SOON, "{name} took {took:?}");
    read
}

fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>T</title>{items}</channel></rss>"
    )
}

fn codes(document: &Document) -> Vec<&str> {
    document.problems.iter().map(|problem| problem.code.as_str()).collect()
}

#[test]
fn a_billion_laughs_are_not_laughed() {
    let entities: String = (1..10)
        .map(|n| format!("<!ENTITY lol{n} \"{}\">", format!("&lol{};", n - 1).repeat(10)))
        .collect();
    let text = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY lol0 \"lol\">{entities}\
         <!ENTITY xxe SYSTEM \"file:///etc/passwd\">]>\
         <rss version=\"2.0\"><channel><item><title>&lol9;&xxe;</title></item></channel></rss>"
    );
    let document = timely("billion laughs", &text).unwrap();
    assert_eq!(document.entries[0].title.as_ref().unwrap().value, "&lol9;&xxe;");
    assert!(codes(&document).contains(&"html_entity"));
}

#[test]
fn five_megabytes_on_one_line_are_cut() {
    let long = "words and more ".repeat(350_000);
    let document = timely(
        "long title",
        &rss(&format!("<item><title>{long}</title></item><item><title>B</title></item>")),
    )
    .unwrap();
    assert_eq!(document.entries.len(), 2);
    assert!(document.entries[0].title.as_ref().unwrap().value.len() <= MAX_TEXT + 16);
    assert!(codes(&document).contains(&"text_too_long"));
    let document = timely(
        "long link",
        &rss(&format!("<item><title>A</title><link>https://{long}</link></item>")),
    )
    .unwrap();
    assert_eq!(document.entries[0].url, None);
    let attribute = format!("<item x=\"{long}\"><title>A</title></item>");
    assert_eq!(timely("long attribute", &rss(&attribute)).unwrap().entries.len(), 1);
    let markup =
        rss(&format!("<item><description>{}</description></item>", "<b>x".repeat(300_000)));
    assert!(codes(&timely("unescaped markup", &markup).unwrap()).contains(&"text_too_long"));
    let nothing = "x".repeat(5_000_000);
    assert!(timely("one word", &nothing).is_err());
    let json = format!(
        "{{\"version\": \"https://jsonfeed.org/version/1\", \"items\": [{{\"id\": \"1\", \"title\": \"{long}\"}}]}}"
    );
    assert_eq!(timely("long JSON", &json).unwrap().entries.len(), 1);
}

#[test]
fn depth_is_bounded() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let document = timely(
        "deep feed",
        &rss(&format!("<item><title>A</title>{deep}</item><item><title>B</title></item>")),
    )
    .unwrap();
    assert_eq!(document.entries.len(), 2);
    assert!(codes(&document).contains(&"too_deep"));
    let event = r#"<script type="application/ld+json">{"@type":"Event","name":"A","startDate":"2027-01-01"}</script>"#;
    for part in
        ["<div>", "<b>", "<table><tr><td>", "<svg>", "<b a=1>", "<p><b>", "<ul><li>", "<div></x>"]
    {
        let page =
            format!("<html><head>{event}</head><body>{}", part.repeat(1_000_000 / part.len()));
        let document = timely(&format!("deep page of {part}"), &page).unwrap();
        assert_eq!(document.entries.len(), 1);
        assert!(codes(&document).contains(&"page_cut"), "{part}");
    }
    let nested = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(timely("deep JSON", &nested).is_err());
    let page = format!("<html><script type=\"application/ld+json\">{nested}</script><p>x");
    assert!(timely("deep JSON-LD", &page).is_err());
}

#[test]
fn numbers_are_bounded() {
    let items = "<item><title>A</title></item>".repeat(30_000);
    let document = timely("many items", &rss(&items)).unwrap();
    assert_eq!((document.entries.len(), document.complete), (MAX_ENTRIES, false));
    let attributes = format!("<item><title>A</title><x {}>y</x></item>", "a1=2 b".repeat(700_000));
    assert_eq!(timely("many attributes", &rss(&attributes)).unwrap().entries.len(), 1);
    let distinct: String = (0..400_000).map(|n| format!("a{n} ")).collect();
    let page = format!("<html><body {distinct}><p>x");
    assert!(timely("many distinct attributes", &page).is_err());
    let namespaces: String = (0..50_000).map(|n| format!("<x xmlns:a{n}='b'/>")).collect();
    assert_eq!(
        timely("many namespaces", &rss(&format!("{namespaces}<item><title>A</title></item>")))
            .unwrap()
            .entries
            .len(),
        1
    );
    let ampersands = rss(&format!("<item><title>{}</title></item>", "& ".repeat(300_000)));
    assert_eq!(timely("many ampersands", &ampersands).unwrap().entries.len(), 1);
    let entities = rss(&format!("<item><title>{}</title></item>", "&nbsp;\n".repeat(200_000)));
    assert_eq!(timely("many entities", &entities).unwrap().entries.len(), 1);
    let times =
        "<div class=event><h2>A</h2><time datetime=2027-01-01T10:00>x</time></div>".repeat(40_000);
    timely("many times", &format!("<html><body>{times}")).unwrap();
    let scopes =
        "<div itemscope itemtype=http://schema.org/Event><b itemprop=name>A</b>".repeat(20_000);
    let _ = timely("many scopes", &format!("<html><body>{scopes}"));
    let huge = vec![b' '; MAX_BYTES + 1];
    assert!(matches!(read::read(&huge, &Hint::default()), Err(ReadError::TooLarge { .. })));
}

#[test]
fn items_that_the_parser_refuses_cost_one_item_each() {
    let bad = "<item xml:base='http://['><title>bad</title><guid>b</guid></item>";
    let good = "<item><title>good</title></item>";
    let text = rss(&format!("{good}{bad}{}{bad}{good}", good.repeat(5)));
    let document = timely("refused items", &text).unwrap();
    assert_eq!(document.title.as_deref(), Some("T"));
    assert_eq!(document.entries.len(), 7);
    assert_eq!(
        document.skipped.iter().map(|s| s.reference.as_deref()).collect::<Vec<_>>(),
        [Some("b"), Some("b")]
    );
    assert!(codes(&document).contains(&"item_by_item"));
}
