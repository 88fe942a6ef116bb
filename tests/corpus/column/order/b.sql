create table t (b text, a text);
