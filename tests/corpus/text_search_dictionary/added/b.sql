create text search dictionary d (template = snowball, language = 'english', stopwords = 'english');
comment on text search dictionary d is 'x';
