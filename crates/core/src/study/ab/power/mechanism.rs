//! What stands between a difference and its detection, each of which can be switched off to see what power it costs.

use serde::{Serialize, Serializer};

use crate::scenario::{Scenario, Trial, Variation};
use crate::units::Channel;

/// A mechanism of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// Reading tires: fatigue lowers reading and speeds quitting.
    Fatigue,
    /// A repeated content is worth less.
    Wear,
    /// Members mute, leave, block.
    Leaving,
    /// Leaving is contagious.
    Contagion,
    /// The platform limits, slows and bans.
    Platform,
    /// Groups differ in how well what is sold fits.
    Differences,
}

impl Mechanism {
    /// Every mechanism.
    pub const ALL: [Mechanism; 6] = [
        Mechanism::Fatigue,
        Mechanism::Wear,
        Mechanism::Leaving,
        Mechanism::Contagion,
        Mechanism::Platform,
        Mechanism::Differences,
    ];

    /// What it is called in files.
    pub fn key(self) -> &'static str {
        match self {
            Mechanism::Fatigue => "fatigue",
            Mechanism::Wear => "wear",
            Mechanism::Leaving => "leaving",
            Mechanism::Contagion => "contagion",
            Mechanism::Platform => "platform",
            Mechanism::Differences => "differences",
        }
    }

    /// Whether it acts in a test of this scenario.
    pub fn acts(self, scenario: &Scenario, trial: &Trial) -> bool {
        let audience = || scenario.audiences.iter().find(|audience| audience.name == trial.audience);
        match self {
            Mechanism::Fatigue | Mechanism::Wear | Mechanism::Leaving => true,
            Mechanism::Contagion => scenario.switches.contagion,
            Mechanism::Platform => scenario.platform != "none",
            Mechanism::Differences => {
                audience().is_some_and(|audience| audience.channel == Channel::Group && audience.fit_spread > 0.0)
            }
        }
    }

    /// The scenario without it.
    pub fn off(self, trial: &Trial) -> Variation {
        let varied = Variation::new();
        match self {
            Mechanism::Fatigue => {
                varied.set("behaviour.read_per_fatigue", 0).set("behaviour.irritation_per_fatigue", 0)
            }
            Mechanism::Wear => varied.set("behaviour.wear_elasticity", 0),
            Mechanism::Leaving => varied
                .set("behaviour.irritation_base", NEVER)
                .set("behaviour.distrust_base", NEVER)
                .set("behaviour.privacy_hazard", 0)
                .set("behaviour.over_patience_hazard", 0)
                .set("behaviour.leak_exit", 0),
            Mechanism::Contagion => varied.set("switch.contagion", false),
            Mechanism::Platform => varied.set("platform", "none").unset("rules_off"),
            Mechanism::Differences => varied.set(&format!("audience.{}.fit_spread", trial.audience), 0),
        }
    }
}

/// A mechanism is written as its key.
impl Serialize for Mechanism {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

/// Log of a hazard so low that nothing comes of it in any horizon.
const NEVER: f64 = -80.0;
