create table t (a char, b bit, c char[]);
