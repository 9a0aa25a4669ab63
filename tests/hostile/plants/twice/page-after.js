  Reflect.ownKeys = planted;
}
