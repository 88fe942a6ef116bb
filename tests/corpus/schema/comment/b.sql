create schema app;
comment on schema app is 'It''s the application''s';
