//! Stores and backups of earlier versions (`tests/stores`, a folder a layout) are read by this one.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

/// A data directory as it was; its largest file is kept packed.
fn unpacked(fixture: &Path, data: &Path) {
    fs::create_dir_all(data.join("store/blobs")).unwrap();
    for name in ["store.json", "forgotten.jsonl"] {
        fs::copy(fixture.join(name), data.join(name)).unwrap();
    }
    for file in fs::read_dir(fixture.join("store")).unwrap().map(Result::unwrap) {
        let (bytes, name) = (fs::read(file.path()).unwrap(), file.file_name());
        let name = name.to_str().unwrap();
        let (name, bytes) = match name.strip_suffix(".zst") {
            Some(name) => (name, zstd::stream::decode_all(&*bytes).unwrap()),
            None => (name, bytes),
        };
        fs::write(data.join("store").join(name), bytes).unwrap();
    }
}

fn run(dir: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_folkmoot"));
    command.current_dir(dir).args(arguments);
    for variable in ["FOLKMOOT_CONFIG", "FOLKMOOT_DATA_DIR", "STATE_DIRECTORY"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !err.contains("cannot be read"), "{arguments:?}: {err}");
    String::from_utf8(output.stdout).unwrap()
}

/// What stands in `events.json`, of the events as they are told now.
fn events(dir: &Path, data: &str) -> Value {
    let all = ["events", "--json", "--from", "2000-01-01", "--listed", "any", "--data-dir", data];
    let told: Value = serde_json::from_str(&run(dir, &all)).unwrap();
    let kept = ["id", "uid", "title", "start", "listed"];
    let short = |event: &Value| -> Value {
        kept.iter().map(|name| ((*name).to_owned(), event[*name].clone())).collect()
    };
    told["events"].as_array().unwrap().iter().map(short).collect()
}

#[test]
fn stores_and_backups_of_earlier_versions_are_read() {
    let stores = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores");
    for fixture in fs::read_dir(stores).unwrap().map(|entry| entry.unwrap().path()) {
        let wanted: Value =
            serde_json::from_slice(&fs::read(fixture.join("events.json")).unwrap()).unwrap();
        let house = tempfile::tempdir().unwrap();
        for name in ["feeds.toml", "backup.jsonl.zst"] {
            fs::copy(fixture.join(name), house.path().join(name)).unwrap();
        }
        unpacked(&fixture, &house.path().join("old"));
        assert_eq!(events(house.path(), "old"), wanted, "{}", fixture.display());
        // What was decided and forgotten is still so.
        run(house.path(), &["--data-dir", "old", "backup", "again.zst"]);
        for backup in ["backup.jsonl.zst", "again.zst"] {
            let said = run(
                house.path(),
                &["--data-dir", backup.trim_end_matches(".zst"), "restore", backup],
            );
            assert!(said.contains("2 feeds, 4 events, 1 decision again"), "{backup}: {said}");
            assert_eq!(events(house.path(), backup.trim_end_matches(".zst")), wanted, "{backup}");
        }
    }
}
