//! t
use crate::{bugs::Bug,grading::*,server::*};
#[test]
fn table() {
    let mut rows: Vec<_> = for_each(Bug::ALL, |&bug| { let s=Server::start(Behaviour::with_bugs(&[bug])); let t=std::time::Instant::now(); let r=grade(s.address()); 
      let mut n=notes(&r); n.sort(); let mut m:Vec<(usize,&str)>=vec![]; for x in n { match m.last_mut() {Some(l) if l.1==x => l.0+=1, _=>m.push((1,x))} } m.sort(); m.reverse();
      format!("{:28} {:5} {:6.2}s failed {:3} blocked {:3} earns {:28} {:?}", format!("{bug:?}"), score(&r), t.elapsed().as_secs_f32(), r.results.iter().filter(|r|is_failed(r)).count(), r.results.iter().filter(|r|matches!(r.verdict,calc_conformance::verdict::Verdict::Blocked(_))).count(), bug.earns(), m) });
    rows.push("".into());
    for r in rows { println!("{r}"); }
}
#[test]
fn times() {
    let t0=std::time::Instant::now();
    let mut v: Vec<_> = for_each(Bug::ALL, |&bug| { let t=std::time::Instant::now(); crate::detection::oversight(bug); (t.elapsed(), bug, t0.elapsed()) });
    v.sort_by_key(|x| x.0); v.reverse();
    for x in &v[..25] { println!("{x:?}"); }
}
#[test]
fn nulls() {
    for_each(crate::null::Null::ALL, |&n| { let t=std::time::Instant::now(); let s=crate::null::NullServer::start(n); let r=grade(s.address()); println!("{n:?} {:?} {}", t.elapsed(), score(&r)); });
}
#[test]
fn solo() { let s=Server::start(Behaviour::with_bugs(&[Bug::GarbageIgnored])); let t=std::time::Instant::now(); let r=grade(s.address()); println!("{:?}",t.elapsed());
 let mut v: Vec<_> = r.results.iter().map(|c| (c.elapsed, c.id.clone(), c.note().map(str::to_owned))).collect(); v.sort(); v.reverse(); for x in &v[..30] { println!("{x:?}"); } println!("{}", v.iter().filter(|x|x.0.as_millis()>100).count()); }
