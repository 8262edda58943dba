//! Gathers the events that may be one, and joins them from the surest pair down, never across a contradiction.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque, hash_map::Entry},
};

use crate::{
    classify::fold::fold,
    event::{Decision, Event, Id},
    feed::Feed,
};

use super::{
    Corrected, MergeContext, World, address,
    compare::{self, Weighed},
    corrected,
    place::Whereabouts,
    title::{self, TitleWords},
};

/// Blocks larger than this hold a list's address or a hostile feed: they prove nothing and are passed over.
pub const LARGEST_BLOCK: usize = 500;

/// An event as it is compared.
pub(super) struct Side<'a> {
    pub(super) event: Corrected<'a>,
    pub(super) feed: Option<&'a Feed>,
    pub(super) class: Decision,
    pub(super) title: TitleWords,
    pub(super) place: Whereabouts,
    /// Names of the council and the group that run it.
    organisers: [Option<&'a str>; 2],
    /// Words that name its organiser and its venue: they tell nothing in a title. Most events are never asked.
    names: OnceCell<BTreeSet<String>>,
    pub(super) named_council: Option<String>,
    pub(super) links: Vec<String>,
    pub(super) uid: Option<String>,
}

impl<'a> Side<'a> {
    pub(super) fn new(event: Corrected<'a>, context: &MergeContext<'a>) -> Self {
        let facts = &event.draft.facts;
        let council = facts.organiser.council.as_deref().and_then(|c| context.members.council(c));
        let group = facts.organiser.group.as_deref().and_then(|g| context.members.group(g));
        let folded = fold(&facts.title);
        let named_council = title::segment_lines(&folded)
            .iter()
            .find_map(|line| context.members.council_named(line))
            .map(|council| council.code.clone());
        Self {
            feed: context.feeds.get(&event.feed),
            class: facts.verdict.decision,
            title: title::words_of(&folded),
            place: Whereabouts::of(facts),
            organisers: [
                council.map(|council| council.nice_name.as_str()),
                group.map(|group| group.name.as_str()),
            ],
            names: OnceCell::new(),
            named_council,
            links: address::links(&event),
            uid: address::well_formed_uid(&event).map(str::to_owned),
            event,
        }
    }

    fn names(&self) -> &BTreeSet<String> {
        self.names.get_or_init(|| {
            let organisers = self.organisers.into_iter().flatten();
            let mut names: BTreeSet<String> =
                organisers.flat_map(|name| title::words(name).telling).collect();
            names.extend(self.place.words.iter().cloned());
            names
        })
    }

    /// How alike the titles are once organisers and venues are off.
    pub(super) fn title_against(&self, other: &Self) -> f64 {
        if self.title == other.title {
            return 1.0;
        }
        let names: BTreeSet<String> = self.names().union(other.names()).cloned().collect();
        let plain = title::alike(&self.title, &other.title);
        plain.max(title::alike(&self.title.without(&names), &other.title.without(&names)))
    }

    pub(super) fn language(&self) -> Option<&str> {
        let language = self.event.draft.facts.language.as_deref()?;
        language.get(..2)
    }

    pub(super) fn id(&self) -> &str {
        &self.event.id
    }
}

/// The events that one change may concern, and the pairs among them.
pub(super) struct Neighbourhood<'a> {
    /// By id, so that no order of arrival shows; boxed, since a tree of large values is half empty.
    pub(super) sides: BTreeMap<Id, Box<Side<'a>>>,
    /// Pairs that are one, smaller id first.
    pub(super) pairs: BTreeMap<(Id, Id), Weighed>,
    /// For each event, those that it is one with.
    partners: BTreeMap<Id, BTreeSet<Id>>,
    /// Ids that were asked about and no longer exist (or are private).
    pub(super) gone: BTreeSet<Id>,
}

impl Neighbourhood<'_> {
    fn partners_of(&self, id: &str) -> impl Iterator<Item = &str> {
        self.partners.get(id).into_iter().flatten().map(String::as_str)
    }
}

/// Everything that is connected with the changed events, by what is alike now or was together before.
pub(super) fn neighbourhood<'a>(
    changed: &[Id],
    world: &'a dyn World,
    context: &MergeContext<'a>,
) -> Neighbourhood<'a> {
    let mut found = Neighbourhood {
        sides: BTreeMap::new(),
        pairs: BTreeMap::new(),
        partners: BTreeMap::new(),
        gone: BTreeSet::new(),
    };
    let once = changed.iter().filter_map(|id| world.before(id));
    let mut queue: VecDeque<Id> = changed.to_vec().into();
    queue.extend(once.flat_map(|was| once_alike(was, world, context)));
    let mut asked: HashSet<Id> = queue.iter().cloned().collect();
    let mut loaded = HashMap::new();
    while let Some(id) = queue.pop_front() {
        let before = [world.listing_of(&id), world.listing(&id)].into_iter().flatten();
        let mut next: Vec<Id> = before
            .flat_map(|listing| &listing.sources)
            .map(|source| source.event.clone())
            .collect();
        match loaded.remove(&id).or_else(|| load(&id, world, context)) {
            None => {
                found.gone.insert(id);
            }
            Some(side) => {
                next.extend(partners(&side, world, context, &mut found, &mut loaded));
                found.sides.insert(id, Box::new(side));
            }
        }
        queue.extend(next.into_iter().filter(|id| asked.insert(id.clone())));
    }
    found
}

fn load<'a>(id: &str, world: &'a dyn World, context: &MergeContext<'a>) -> Option<Side<'a>> {
    let event = corrected(world.event(id)?, context.corrections);
    (event.draft.facts.verdict.decision != Decision::Private).then(|| Side::new(event, context))
}

/// The events that were like a changed one as it was before: it may have been what made them doubtful.
fn once_alike(was: &Event, world: &dyn World, context: &MergeContext) -> Vec<Id> {
    let was = corrected(was, context.corrections);
    if was.draft.facts.verdict.decision == Decision::Private {
        return Vec::new();
    }
    let mut side = Side::new(was, context);
    let mut alike = BTreeSet::new();
    for key in address::keys_of(&side.event, &side.title, side.links.clone()) {
        let block = world.block(&key);
        if block.len() > LARGEST_BLOCK {
            continue;
        }
        for id in block {
            let Some(event) = world.event(&id).filter(|_| id != side.id()) else { continue };
            let event = corrected(event, context.corrections);
            if alike.contains(&id) || compare::apart_at_a_glance(&side.event, &event) {
                continue;
            }
            let Some(other) = load(&id, world, context) else { continue };
            // What was decided about it may be what changed.
            side.class = other.class;
            if compare::weigh(&side, &other).is_one() {
                alike.insert(id);
            }
        }
    }
    alike.into_iter().collect()
}

/// The events that are one with this one, each pair noted; and those that share its UID, whose right to that UID
/// has to be settled together.
fn partners<'a>(
    side: &Side<'a>,
    world: &'a dyn World,
    context: &MergeContext<'a>,
    found: &mut Neighbourhood<'a>,
    loaded: &mut HashMap<Id, Side<'a>>,
) -> Vec<Id> {
    let mut partners = Vec::new();
    let mut seen = HashSet::new();
    let together = context.together.iter().filter(|ids| ids.iter().any(|id| id == side.id()));
    let ruled: Vec<Id> = together.flatten().filter(|id| *id != side.id()).cloned().collect();
    for key in address::keys_of(&side.event, &side.title, side.links.clone()) {
        let block = world.block(&key);
        if block.len() > LARGEST_BLOCK {
            continue;
        }
        for id in block {
            if id == side.id() || !seen.insert(id.clone()) {
                continue;
            }
            let other: &Side = match found.sides.get(&id) {
                Some(known) => known,
                None => match loaded.entry(id.clone()) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(free) => {
                        // Most of a block is ruled out by what is seen at a glance: nothing is prepared for that.
                        let Some(event) = world.event(&id) else { continue };
                        let event = corrected(event, context.corrections);
                        let uid = side.uid.is_some()
                            && side.uid.as_deref() == address::well_formed_uid(&event);
                        let other = event.draft.facts.verdict.decision != side.class;
                        if !uid && (other || compare::apart_at_a_glance(&side.event, &event)) {
                            continue;
                        }
                        match load(&id, world, context) {
                            Some(side) => free.insert(side),
                            None => continue,
                        }
                    }
                },
            };
            let weighed = compare::weigh(side, other);
            if weighed.is_one() {
                found.pairs.insert(pair(side.id(), &id), weighed);
                found.partners.entry(side.id().to_owned()).or_default().insert(id.clone());
                partners.push(id);
            } else if side.uid.is_some() && side.uid == other.uid {
                partners.push(id);
            }
        }
    }
    for id in ruled {
        found.pairs.entry(pair(side.id(), &id)).or_default();
        partners.push(id);
    }
    partners
}

pub(super) fn pair(left: &str, right: &str) -> (Id, Id) {
    if left < right { (left.into(), right.into()) } else { (right.into(), left.into()) }
}

/// Events that are one, as sorted ids; each group once, in order of its first id.
pub(super) fn groups(found: &Neighbourhood, context: &MergeContext) -> Vec<Vec<Id>> {
    let mut of: BTreeMap<&str, usize> =
        found.sides.keys().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    let mut groups: BTreeMap<usize, Vec<&str>> =
        of.iter().map(|(id, at)| (*at, vec![*id])).collect();
    let rules = Rules::new(context);
    let torn = torn(found);
    let unsure = |id: &str, weighed: &Weighed| {
        torn.get(id).is_some_and(|rival| *rival >= weighed.score - NEAR)
    };
    let mut pairs: Vec<(&(Id, Id), &Weighed)> = found.pairs.iter().collect();
    pairs.sort_by(|(a, left), (b, right)| {
        let ruled = (rules.together(&b.0, &b.1)).cmp(&rules.together(&a.0, &a.1));
        ruled.then(right.score.total_cmp(&left.score)).then(a.cmp(b))
    });
    for ((left, right), weighed) in pairs {
        let (Some(a), Some(b)) = (of.get(left.as_str()).copied(), of.get(right.as_str()).copied())
        else {
            continue;
        };
        let forced = rules.together(left, right);
        if !forced && (unsure(left, weighed) || unsure(right, weighed)) {
            continue;
        }
        if a == b || !may_join(groups.get(&a), groups.get(&b), forced, &rules, found) {
            continue;
        }
        let moved = groups.remove(&b).unwrap_or_default();
        for id in &moved {
            of.insert(id, a);
        }
        groups.entry(a).or_default().extend(moved);
    }
    let mut groups: Vec<Vec<Id>> = groups
        .into_values()
        .map(|mut ids| {
            ids.sort_unstable();
            ids.into_iter().map(str::to_owned).collect()
        })
        .collect();
    groups.sort_unstable();
    groups
}

/// Scores nearer than this do not decide between two events that contradict each other.
const NEAR: f64 = 0.06;

/// For each event that is like two which contradict each other, how much it is like the less alike of them. What is no
/// surer than that might as well be the other: better two listings than a wrong one.
fn torn<'f>(found: &'f Neighbourhood) -> BTreeMap<&'f str, f64> {
    let like = |one: &str, other: &str| {
        found.pairs.get(&pair(one, other)).map_or(0.0, |weighed| weighed.score)
    };
    let apart = |one: &str, other: &str| match (found.sides.get(one), found.sides.get(other)) {
        (Some(ours), Some(theirs)) => compare::contradiction(ours, theirs).is_some(),
        _ => false,
    };
    let between = |id: &str| {
        let mut partners: Vec<(f64, &str)> =
            found.partners_of(id).map(|other| (like(id, other), other)).collect();
        partners.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        partners.iter().enumerate().find_map(|(at, (score, one))| {
            let surer = partners.get(..at).unwrap_or_default();
            surer.iter().any(|(_, other)| apart(one, other)).then_some(*score)
        })
    };
    found.sides.keys().filter_map(|id| Some((id.as_str(), between(id)?))).collect()
}

fn may_join(
    left: Option<&Vec<&str>>,
    right: Option<&Vec<&str>>,
    forced: bool,
    rules: &Rules,
    found: &Neighbourhood,
) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return false };
    left.iter().all(|a| {
        right.iter().all(|b| {
            if rules.apart(a, b) {
                return false;
            }
            let (Some(ours), Some(theirs)) = (found.sides.get(*a), found.sides.get(*b)) else {
                return false;
            };
            // What is not shown never joins what is shown, whatever the rule: it would show it.
            ours.class == theirs.class
                && (forced
                    || rules.together(a, b)
                    || compare::contradiction(ours, theirs).is_none())
        })
    })
}

/// The operator's word on pairs.
struct Rules<'a> {
    together: Vec<HashSet<&'a str>>,
    apart: Vec<HashSet<&'a str>>,
}

impl<'a> Rules<'a> {
    fn new(context: &MergeContext<'a>) -> Self {
        let sets = |lists: &'a [Vec<Id>]| -> Vec<HashSet<&'a str>> {
            lists.iter().map(|ids| ids.iter().map(String::as_str).collect()).collect()
        };
        Self { together: sets(context.together), apart: sets(context.apart) }
    }

    fn together(&self, a: &str, b: &str) -> bool {
        !self.apart(a, b) && self.together.iter().any(|set| set.contains(a) && set.contains(b))
    }

    fn apart(&self, a: &str, b: &str) -> bool {
        a != b && self.apart.iter().any(|set| set.contains(a) && set.contains(b))
    }
}
