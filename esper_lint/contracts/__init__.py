"""Lock-step contracts: in go comments that declare deliberate duplicates; out come who belongs to which contract, and
where members no longer agree."""
