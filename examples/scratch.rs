use wearout::*; use wearout::scenario::*; use wearout::units::*; use wearout::tally::*;
fn main() {
    let text = std::fs::read_to_string("/tmp/design/shared/design/calibration_designs.json").unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let reps: u32 = std::env::args().nth(1).map_or(50, |a| a.parse().unwrap());
    for (name, d) in json["scenarios"].as_object().unwrap() {
        if std::env::args().nth(2).is_some_and(|f| !f.split(',').any(|x| x == name)) { continue; }
        let days = d["days"].as_u64().unwrap() as u32;
        let rho = d["relevance"].as_f64().unwrap();
        let per = d["posts_per_day"].as_u64().unwrap();
        let pattern: Vec<u64> = d["weekday_pattern"].as_array().unwrap().iter().map(|x| x.as_u64().unwrap()).collect();
        let kinds = d["kinds"].as_array().unwrap().iter().map(|k| Kind::from_key(k.as_str().unwrap()).unwrap()).collect();
        let reply = d["reply"].as_str().unwrap();
        let scenario = Scenario { name: name.clone(), question: String::new(), days, starts: Weekday::Mon, platform: "reference".into(), baseline: "p".into(), headline: vec![], evidence: vec![],
            equality: Equality { points: 0.01, relative: 0.1, below: 0.05 },
            audiences: vec![Audience { name: "a".into(), channel: Channel::Direct, groups: 1, size: d["size"].as_u64().unwrap() as u32, theme: Some("t".into()), fit: d["fit"].as_f64().unwrap(), fit_spread: 0.0, account_spread: 0.0, relation: d["relation"].as_f64().unwrap(), twin: None }],
            topics: vec![Topic { name: "x".into(), relevance: vec![("t".into(), rho)] }], money: Money { currency: "CNY".into(), margin: None }, behaviour: vec![], switches: Switches::default(),
            plans: vec![Plan { name: "p".into(), at: Default::default(), like: None, to: vec!["a".into()], select: Select { keep: 1.0, signal: 0.0 }, topic: Some("x".into()),
              calendar: Calendar::Rule { days: Days::On((0..7).filter(|&i| pattern[i] == 1).map(|i| Weekday::ALL[i]).collect()), at: (0..per).map(|k| if per == 1 { 9.0 } else { 9.0 + 12.0 * k as f64 / per as f64 }).collect(), kinds: Kinds::Turn(kinds), contents: if d["contents"] == "same" { Some(1) } else { None }, offer: d.get("offer").and_then(|o| o.as_f64()), flags: Flags::default() },
              reply: if reply == "never" { None } else { Hours::parse(reply) }, answered: 1.0, privacy: if d["privacy"] == "ignored" { Privacy::Ignored } else { Privacy::Kept }, reach: d["reach"].as_f64().unwrap(), cost: None }] };
        let draft = Draft { scenario, sources: vec![], faults: vec![] };
        let t = std::time::Instant::now();
        let e = plan::compile(&draft, 1).unwrap();
        let tc = t.elapsed();
        let t = std::time::Instant::now();
        let out = engine::simulate(&e, 0..reps, &engine::Progress::default());
        let el = t.elapsed();
        let mut all = out[0].plans[0].clone(); for o in &out[1..] { all.merge(&o.plans[0]); }
        let s = Stakes { cost_per_send: 0.2, compliance_share: 0.0, margin: None, joiners_per_exit: 12.0 };
        let md = all.total(Outcome::MemberDays);
        let nominal = all.horizon.members * days as u64;
        print!("{name:9} compile {:5.0} ms, {:6.1} M/s nominal {:6.1} actual;", tc.as_secs_f64() * 1e3, nominal as f64 / el.as_secs_f64() / 1e6, md as f64 / el.as_secs_f64() / 1e6);
        for k in ["open_rate", "interaction_rate", "weekly_unsubscribe", "reports_per_1000", "loss", "unsubscribe", "click_per_read", "click_rate", "conversion", "repurchase_30d", "complaint_rate", "recommend"] {
            print!(" {}={:.4}", k, (metric_value(k))(&all, &s).unwrap_or(-1.0));
        }
        let act = |f: usize, t: usize| all.over(Outcome::Activity, f, t) as f64;
        print!(" act={:.4} qconv={:.4} open3={:.4} q/day={:.2}", if days >= 4 { act(days as usize - 1, days as usize) / act(1, 2) } else { 0.0 }, all.total(Outcome::Answers) as f64 / all.total(Outcome::Questions) as f64 * 0.436, all.over(Outcome::Reads, 1, 2.min(days as usize)) as f64 / all.over(Outcome::Delivered, 1, 2.min(days as usize)) as f64, all.total(Outcome::Questions) as f64 / reps as f64 / days as f64);
        println!();
    }
}
fn metric_value(k: &str) -> fn(&Tally, &Stakes) -> Option<f64> { METRICS.iter().find(|m| m.key == k).unwrap().value }
