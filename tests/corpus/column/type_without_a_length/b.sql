create table t (a bpchar, b "bit", c bpchar[]);
