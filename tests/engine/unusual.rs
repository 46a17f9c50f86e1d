//! Badges for what is unusual at this hour: a habit that comes back every week gets none.

use caretaker_core::time::{Clock, Span};
use caretaker_testkit::World;

const ROUND: Span = Span::from_minutes(5);

/// Load of an office: 40 % from 08:00 to 18:00 on working days, 10 % else, with a little noise. The world begins on a Monday
/// at 08:00.
struct Office(u64);

impl Office {
    fn load(&mut self, round: i64) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = (self.0 >> 11) as f64 / (1_u64 << 53) as f64 * 6.0 - 3.0;
        let (day, minute) = (round / 288 % 7, round % 288 * 5);
        // A day of this table begins at 08:00, ten hours before the office closes.
        if day < 5 && minute < 600 { 40.0 + noise } else { 10.0 + noise }
    }
}

async fn mark(world: &World) -> Option<String> {
    let tiles = world.engine().overview().await.unwrap().tiles;
    tiles.into_iter().find(|tile| tile.id == "cpu").unwrap().unusual.map(|unusual| unusual.text)
}

#[tokio::test]
async fn a_week_of_office_hours_like_those_before_is_marked_nowhere() {
    let world = World::with_configuration("[collect]\ninterval = \"5m\"\n").unwrap();
    let mut office = Office(7);
    let (learnt, week) = (21 * 288, 7 * 288);
    let mut marks = Vec::new();
    for round in 0..learnt + week {
        world.set("host.cpu.usage", office.load(round));
        world.pass(ROUND).await.unwrap();
        // The hours in which work begins and ends are looked at closely, all others now and then.
        let minute = round % 288 * 5;
        let is_turn = !(90..1_410).contains(&minute) || (570..690).contains(&minute);
        if round >= learnt && (is_turn || round % 6 == 0) {
            let text = mark(&world).await;
            marks.extend(text.map(|text| format!("{}: {text}", world.clock.moment().wall)));
        }
    }
    assert_eq!(marks, Vec::<String>::new());
    assert!(office.load(learnt + week) > 30.0, "the week ends when work begins");
    // Work on a night is none of it.
    for round in 0..150 {
        let load = if round < 130 { office.load(learnt + week + round) } else { 40.0 };
        world.set("host.cpu.usage", load);
        world.pass(ROUND).await.unwrap();
    }
    let night = mark(&world).await.unwrap();
    assert!(night.starts_with("higher than usual for "), "{night}");
}
