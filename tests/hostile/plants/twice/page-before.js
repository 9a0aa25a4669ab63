// Planted: args are read once to look at them and once to send them, by a function that tells who called it.
{
  const planted = Reflect.ownKeys;
  Reflect.ownKeys = function (object) {
    const keys = planted(object);
    for (const key of keys) void object[key];
    return keys;
  };
