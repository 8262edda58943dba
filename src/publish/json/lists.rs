//! Feeds, councils, groups, services and kinds as JSON.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    catalogue::{Counts, FeedView},
    feed::{Format, Policy},
    health::{Health, Oddity},
    member::{Council, Group},
    publish::{Context, utc},
    query::place::region_id,
    read::Problem,
    vocabulary::{KIND_GROUPS, Kind, Lgsl, Service},
};

/// A feed (`/api/v1/feeds`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeedJson {
    /// Id.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Council code or group id.
    pub member: Option<String>,
    /// Its address, only where it may be shown.
    pub url: Option<String>,
    /// How items come to be listed.
    pub policy: Policy,
    /// What it is.
    pub format: Option<Format>,
    /// Health in a word.
    pub health: Health,
    /// The last check in one sentence.
    pub last_result: Option<String>,
    /// Last check.
    pub last_check: Option<String>,
    /// Last check that was read well.
    pub last_good: Option<String>,
    /// Next check, not before.
    pub next_check: Option<String>,
    /// Failures in a row.
    pub failures: u32,
    /// Items in the last good read.
    pub items: u32,
    /// Events that are listed.
    pub listed: u32,
    /// Events without a safe date.
    pub undated: u32,
    /// Events not listed, by reason.
    pub unlisted: Vec<UnlistedJson>,
    /// Items that could not be read.
    pub skipped: usize,
    /// What looks odd though the feed can be read.
    pub oddities: Vec<Oddity>,
    /// What was found wrong.
    pub problems: Vec<Problem>,
    /// Licence of the content.
    pub licence: Option<String>,
    /// Our page of it.
    pub page: String,
}

/// How many events are not listed for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnlistedJson {
    /// In plain words.
    pub reason: String,
    /// How many.
    pub count: u32,
}

/// A council (`/api/v1/councils`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CouncilJson {
    /// The council as data: code, GSS, names, type, nation, region, site, dates, successors.
    #[serde(flatten)]
    pub council: Council,
    /// Id of its region.
    pub region_id: String,
    /// Upcoming events that it runs.
    pub events: usize,
    /// Ids of its feeds.
    pub feeds: Vec<String>,
    /// Our page of it.
    pub page: String,
    /// Its calendar.
    pub calendar: String,
}

/// A council with feeds, or a group (`/api/v1/members`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberJson {
    /// Council code or group id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `council` or `group`.
    #[serde(rename = "type")]
    pub member_type: &'static str,
    /// Site.
    pub url: Option<String>,
    /// Region ids that it is in or for.
    pub regions: Vec<String>,
    /// Service ids that it is about.
    pub services: Vec<String>,
    /// Ids of its feeds.
    pub feeds: Vec<String>,
    /// Upcoming events that it runs.
    pub events: usize,
    /// Our page of it.
    pub page: String,
}

/// A service (`/api/v1/services`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceJson {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Group of services.
    pub group: String,
    /// Which tiers provide it.
    pub provided_by: String,
    /// Numbers of the Local Government Services List.
    pub lgsl: Vec<Lgsl>,
    /// Upcoming events.
    pub events: usize,
    /// Our page of it.
    pub page: String,
    /// Its calendar.
    pub calendar: String,
}

/// A kind of event (`/api/v1/kinds`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindJson {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Welsh title.
    pub title_cy: String,
    /// Id of its group.
    pub group: String,
    /// Title of its group.
    pub group_title: String,
    /// For people who have never been to one.
    pub explanation: String,
    /// Upcoming events.
    pub events: usize,
    /// Our page of it.
    pub page: String,
    /// Its calendar.
    pub calendar: String,
}

/// A feed as everybody may see it.
#[must_use]
pub fn feed(view: &FeedView, context: &Context, now: DateTime<Utc>) -> FeedJson {
    let (feed, state) = (&view.feed, &view.state);
    let unlisted = state.unlisted.iter();
    let unlisted =
        unlisted.map(|(reason, count)| UnlistedJson { reason: reason.clone(), count: *count });
    FeedJson {
        id: feed.id.clone(),
        name: view.name().to_owned(),
        member: feed.member.clone(),
        url: feed.public_url.then(|| feed.url.to_string()),
        policy: feed.policy,
        format: state.format,
        health: view.health(now),
        last_result: state.history.last().map(|check| check.public_words().to_owned()),
        last_check: state.last_check.map(utc),
        last_good: state.last_good.map(utc),
        next_check: state.next_check.map(utc),
        failures: state.failures,
        items: state.entries,
        listed: state.listed,
        undated: state.undated,
        unlisted: unlisted.collect(),
        skipped: state.skipped.len(),
        oddities: state.oddities(),
        problems: state.problems.clone(),
        licence: feed.licence.clone().or_else(|| state.rights.clone()),
        page: format!("{}/feeds/{}", context.base, feed.id),
    }
}

/// A council.
#[must_use]
pub fn council(
    council: &Council,
    feeds: &[&FeedView],
    counts: &Counts,
    context: &Context,
) -> CouncilJson {
    let page = format!("{}/councils/{}", context.base, council.code);
    CouncilJson {
        region_id: region_id(&council.region),
        events: counts.councils.get(&council.code).copied().unwrap_or(0),
        feeds: feeds_of(&council.code, feeds),
        calendar: format!("{page}/calendar.ics"),
        page,
        council: council.clone(),
    }
}

/// The councils that have a feed, in order of code, then all groups.
#[must_use]
pub fn members(feeds: &[&FeedView], counts: &Counts, context: &Context) -> Vec<MemberJson> {
    let councils = context.members.councils().iter().filter_map(|council| {
        let own = feeds_of(&council.code, feeds);
        (!own.is_empty()).then(|| MemberJson {
            id: council.code.clone(),
            name: council.official_name.clone(),
            member_type: "council",
            url: council.website.clone(),
            regions: vec![region_id(&council.region)],
            services: Vec::new(),
            feeds: own,
            events: counts.councils.get(&council.code).copied().unwrap_or(0),
            page: format!("{}/councils/{}", context.base, council.code),
        })
    });
    let group = |group: &Group| MemberJson {
        id: group.id.clone(),
        name: group.name.clone(),
        member_type: "group",
        url: group.url.clone(),
        regions: group.regions.iter().map(|region| region_id(region)).collect(),
        services: group.services.clone(),
        feeds: feeds_of(&group.id, feeds),
        events: counts.groups.get(&group.id).copied().unwrap_or(0),
        page: format!("{}/groups/{}", context.base, group.id),
    };
    councils.chain(context.members.groups().iter().map(group)).collect()
}

/// A service.
#[must_use]
pub fn service(service: &Service, counts: &Counts, context: &Context) -> ServiceJson {
    let page = format!("{}/services/{}", context.base, service.id);
    ServiceJson {
        id: service.id.clone(),
        title: service.title.clone(),
        group: service.group.clone(),
        provided_by: service.provided_by.clone(),
        lgsl: service.lgsl.clone(),
        events: counts.services.get(&service.id).copied().unwrap_or(0),
        calendar: format!("{page}/calendar.ics"),
        page,
    }
}

/// A kind of event.
#[must_use]
pub fn kind(kind: &Kind, counts: &Counts, context: &Context) -> KindJson {
    let page = format!("{}/kinds/{}", context.base, kind.id);
    let group_title = KIND_GROUPS.iter().find(|(id, _)| *id == kind.group);
    KindJson {
        id: kind.id.clone(),
        title: kind.title.clone(),
        title_cy: kind.title_cy.clone(),
        group: kind.group.clone(),
        group_title: group_title.map(|(_, title)| (*title).to_owned()).unwrap_or_default(),
        explanation: kind.explanation.clone(),
        events: counts.kinds.get(&kind.id).copied().unwrap_or(0),
        calendar: format!("{page}/calendar.ics"),
        page,
    }
}

fn feeds_of(member: &str, feeds: &[&FeedView]) -> Vec<String> {
    let own = feeds.iter().filter(|view| {
        view.feed.member.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(member))
    });
    own.map(|view| view.feed.id.clone()).collect()
}
