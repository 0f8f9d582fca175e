// The public types of dist/entry-register.d.ts, without comments. Written by `npm run api`.

export declare function external<T>(work: PromiseLike<T>): Promise<T>;

export declare function register(): void;

export declare function unregister(): void;

// ---- Not exported, but reached from the above. ----
