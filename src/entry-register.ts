/**
 * The package's door to unmodified Node programs: importing it makes Node's own modules lead to virtual hosts, for the code
 * that runs on one.
 */
import { register } from "./node/door/register.ts";

export { external } from "./node/door/outside-work.ts";
export { register, unregister } from "./node/door/register.ts";

register();
