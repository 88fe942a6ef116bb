CREATE TABLE q (d int, x int);
