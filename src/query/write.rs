//! A query as it stands in an address: one spelling for each meaning, for links and cache keys.

use chrono::SecondsFormat;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Bound, ListedFilter, Query, Request, Sort};

/// What must be written in percent within a query value; commas stay readable, which also keeps addresses short.
const VALUE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b',').remove(b':');

impl Query {
    /// The query as `name=value&…` in one fixed order and spelling; empty when it holds no filter.
    ///
    /// The scope is not part of it: it is the path.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut pairs = Pairs::default();
        self.write(&mut pairs);
        pairs.text
    }

    fn write(&self, pairs: &mut Pairs) {
        pairs.list("service", &self.services);
        pairs.flag("general", self.general);
        pairs.list("kind", &self.kinds);
        pairs.list("series", &self.series);
        pairs.list("group", &self.groups);
        pairs.list("feed", &self.feeds);
        pairs.list("status", &words(&self.status, |status| status.as_str()));
        pairs.list("council", &self.councils);
        pairs.list("region", &self.regions);
        pairs.list("nation", &self.nations);
        for point in &self.near {
            pairs.one("near", &point.written());
        }
        if let Some(within) = self.within_km {
            pairs.one("within", &within.to_string());
        }
        pairs.flag("or_online", self.or_online);
        pairs.list("attendance", &words(&self.attendance, |way| way.as_str()));
        pairs.list("open_to", &self.open_to);
        pairs.some("q", self.q.as_deref());
        pairs.some("from", self.from.as_ref().map(Bound::written).as_deref());
        pairs.some("to", self.to.as_ref().map(Bound::written).as_deref());
        if self.listed != ListedFilter::Yes {
            pairs.one("listed", self.listed.as_str());
        }
    }
}

impl Request {
    /// The whole request as `name=value&…`, the cursor last.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.canonical_at(self.cursor.as_ref().map(super::Cursor::encode).as_deref())
    }

    /// The same request for the page after `cursor`.
    #[must_use]
    pub fn canonical_at(&self, cursor: Option<&str>) -> String {
        let mut pairs = Pairs::default();
        self.query.write(&mut pairs);
        for (name, value) in &self.extra {
            pairs.one(name, value);
        }
        pairs.some("limit", self.limit.map(|limit| limit.to_string()).as_deref());
        if self.sort != Sort::Start {
            pairs.one("sort", self.sort.as_str());
        }
        pairs.list("fields", &self.fields);
        pairs.some("cursor", cursor);
        pairs.text
    }
}

impl Bound {
    /// As it stands in an address: the day if one was written, else the instant in UTC.
    #[must_use]
    pub fn written(&self) -> String {
        self.day.map_or_else(
            || self.at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            |day| day.to_string(),
        )
    }
}

fn words<T: Copy>(values: &[T], word: impl Fn(T) -> &'static str) -> Vec<String> {
    values.iter().map(|value| word(*value).to_owned()).collect()
}

#[derive(Default)]
struct Pairs {
    text: String,
}

impl Pairs {
    fn one(&mut self, name: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push('&');
        }
        self.text.push_str(name);
        self.text.push('=');
        self.text.extend(utf8_percent_encode(value, VALUE));
    }

    fn some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.one(name, value);
        }
    }

    fn flag(&mut self, name: &str, set: bool) {
        if set {
            self.one(name, "yes");
        }
    }

    fn list(&mut self, name: &str, values: &[String]) {
        if !values.is_empty() {
            self.one(name, &values.join(","));
        }
    }
}
