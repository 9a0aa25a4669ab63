// A queue that no setter on Array.prototype sees, and that costs the same however long it gets.

interface Link<T> {
  readonly item: T;
  next: Link<T> | null;
}

export class Queue<T> {
  #first: Link<T> | null = null;
  #last: Link<T> | null = null;

  push(item: T): void {
    const link: Link<T> = { item, next: null };
    if (this.#last === null) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
  }

  shift(): T | undefined {
    const link = this.#first;
    if (link === null) return undefined;
    this.#first = link.next;
    if (link.next === null) this.#last = null;
    return link.item;
  }
}
