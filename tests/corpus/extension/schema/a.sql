create schema ext;
create extension citext;
