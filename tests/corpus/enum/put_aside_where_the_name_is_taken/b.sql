CREATE TYPE e AS ENUM ('b');
CREATE TYPE e_before AS ENUM ('z');
CREATE TABLE u (e e);
