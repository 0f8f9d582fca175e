/**
 * What process.exit() throws in a virtual process, so that the code behind it does not run: there is one thread, which can't
 * be stopped there. The door catches it, at the bottom of each turn; code that catches everything goes on as a process that
 * has ended, whose calls do nothing.
 */

export class ExitSignal extends Error {
  constructor(status: number) {
    super(`the process has exited with status ${status}`);
    this.name = "ExitSignal";
  }
}
