//! Keeps a feed met in the wild as a case for the tests, without the data of people.

use std::{fs, path::Path};

use folkmoot::{
    case::{self, Kind},
    clock,
    feed::Feed,
    member::Members,
};

use super::{
    super::{Done, Failed, output::Output},
    examiner::Body,
};

/// Writes `input.*`, `expected.json` and `about.md` into a new folder.
pub(super) fn save(
    folder: &Path,
    feed: &Feed,
    body: &Body,
    members: &Members,
    output: &Output,
) -> Done {
    let shown = folder.display();
    let taken = fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some());
    if taken {
        return Err(Failed::Usage(format!(
            "{shown} is not empty\n  Name a new folder after what is odd, such as tests/feeds/dates_in_footnotes."
        )));
    }
    let kind = Kind::of(&body.bytes);
    let from = [Some(&feed.url), body.meta.final_url.as_ref(), body.meta.moved_to.as_ref()];
    let from: Vec<_> = from.into_iter().flatten().collect();
    let case = case::redacted(&body.bytes, &from, kind == Kind::Calendar);
    let expected = kind.outcome(&case.bytes, members);
    let failed =
        |error: std::io::Error| Failed::Other(format!("{shown} cannot be written: {error}"));
    fs::create_dir_all(folder).map_err(failed)?;
    let input = kind.file(&case.bytes);
    fs::write(folder.join(input), &case.bytes).map_err(failed)?;
    let expected = format!("{}\n", serde_json::to_string_pretty(&expected)?);
    fs::write(folder.join("expected.json"), expected).map_err(failed)?;
    fs::write(folder.join("about.md"), about(body, &case)).map_err(failed)?;
    output.say(format!(
        "Saved as a case: {shown} ({input}, expected.json, about.md). {} of personal data or secrets were replaced.\n\
         Before you pass it on, read {input} for names that no rule can know, write into about.md what is odd, and\n\
         correct expected.json where it is wrong. In {} it becomes a test.\n",
        super::card::places(case.changes),
        kind.folder()
    ))
}

fn about(body: &Body, case: &case::Redacted) -> String {
    let said = body.meta.content_type.as_deref().unwrap_or("of no said type");
    let recoded = if case.recoded { " It was not in UTF-8, and is now." } else { "" };
    format!(
        "WHAT IS ODD: write it here, and where such a thing is met.\n\nSaved on {} from an answer that its server called {said}. E-mail addresses, phone \
         numbers, names of people in the fields for them, meeting details and the secret parts of addresses were replaced.{recoded}\n",
        clock::now().date_naive()
    )
}
