//! A checkpoint of a calibration: no text brings its reading down, and what is read is written to the same bits again.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use wearout_core::study::calibrate::Calibration;

fuzz_target!(|text: &str| -> Corpus {
    let Ok(calibration) = serde_json::from_str::<Calibration>(text) else { return Corpus::Keep };
    let written = serde_json::to_string(&calibration).expect("what was read can be written");
    if let Ok(again) = serde_json::from_str::<Calibration>(&written) {
        assert_eq!(serde_json::to_string(&again).expect("as above"), written);
    }
    Corpus::Keep
});
