//! Letters that the charts' own font lacks, from the fonts of this machine.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, Once, PoisonError};

use fontdb::{Database, FaceInfo, ID, Style, Weight};
use wearout_show::chart;

use super::tell;

/// Has charts find letters that their own font lacks among the fonts of this machine.
pub(super) fn lend() {
    chart::borrow_letters(find);
}

/// The file of an upright font that has a letter, and the font's number in it, a plain one if there is one; the first letter that no font
/// has is told.
fn find(letter: char) -> Option<(&'static [u8], u32)> {
    static FACES: LazyLock<Database> = LazyLock::new(|| {
        let mut faces = Database::new();
        faces.load_system_fonts();
        faces
    });
    static TOLD: Once = Once::new();
    let mut upright: Vec<&FaceInfo> = FACES.faces().filter(|face| face.style == Style::Normal).collect();
    let is_plain =
        |face: &FaceInfo| face.weight == Weight::NORMAL && face.families.iter().any(|(name, _)| name.contains("Sans"));
    upright.sort_by_key(|face| (!is_plain(face), &face.post_script_name));
    let lent = |face: &FaceInfo| {
        let has = |file: &[u8], number| chart::has_letter(file, number, letter).then(|| (kept(face.id, file), number));
        FACES.with_face_data(face.id, has).flatten()
    };
    let found = upright.into_iter().find_map(lent);
    if found.is_none() {
        TOLD.call_once(|| {
            tell(&format!(
                "note: no font on this machine has `{letter}`: charts show a box in its place\n  = help: install a font of that script, such as Noto Sans"
            ));
        });
    }
    found
}

/// The file of a font that is lent, held once and as long as the program runs.
fn kept(id: ID, file: &[u8]) -> &'static [u8] {
    static KEPT: Mutex<BTreeMap<ID, &'static [u8]>> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.entry(id).or_insert_with(|| Box::leak(file.into()))
}
