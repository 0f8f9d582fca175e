/**
 * Calls on processes, for TypeScript programs. Read first: kernel/sys/, kernel/calls/processes.ts.
 */
import * as processes from "../calls/processes.ts";
import type { SpawnAttributes } from "../sys/processes.ts";
import type { Program } from "../sys/sys.ts";
import { Caller, NO_DEADLINE, never } from "./caller.ts";

export abstract class ProcessDoor extends Caller {
  getpid(): number {
    return this.now("getpid", [], () => this.process.pid);
  }

  getppid(): number {
    return this.now("getppid", [], () => this.process.parent?.pid ?? 0);
  }

  getuid(): number {
    return this.now("getuid", [], () => this.process.credentials.user.real);
  }

  getgid(): number {
    return this.now("getgid", [], () => this.process.credentials.group.real);
  }

  getcwd(): string {
    return this.now("getcwd", [], () => ({ text: this.process.cwd })).text;
  }

  getenv(name: string): string | undefined {
    return Object.hasOwn(this.process.env, name) ? this.process.env[name] : undefined;
  }

  gethostname(): string {
    return this.now("gethostname", [], () => ({ text: this.process.kernel.machine.name })).text;
  }

  fork(child: Program, ...args: string[]): number {
    return this.now("fork", [], () => processes.fork(this.process, child, args));
  }

  spawn(program: Program, attributes: SpawnAttributes = {}): number {
    const { uid, gid, cwd, env, daemon } = this.process;
    const name = attributes.name ?? (program.name || this.process.name);
    // Who is given a user is that user and nobody else; who is given none is who its parent is.
    const isSame = attributes.uid === undefined && attributes.gid === undefined;
    const credentials = isSame ? this.process.credentials : undefined;
    const whole = { uid, gid, cwd, env, daemon, ...attributes, name, credentials };
    return this.now("spawn", [name], () => processes.spawn(this.process, whole, program, attributes.args ?? []));
  }

  exec(program: Program, ...args: string[]): Promise<never> {
    const name = program.name || this.process.name;
    if (this.enter("exec")) {
      this.left("exec", [name], 0);
      processes.exec(this.process, name, program, args);
      this.runState.leave();
    }
    return never();
  }

  exit(status: number): Promise<never> {
    if (this.enter("exit")) {
      this.left("exit", [status], 0);
      this.image.exit(status);
    }
    return never();
  }

  wait(): Promise<processes.WaitResult> {
    if (!this.enter("wait")) return never();
    return this.later("wait", [], processes.waiting(this.process, "wait", -1, 0), NO_DEADLINE);
  }

  waitpid(pid: number, options: number = 0): Promise<processes.WaitResult> {
    if (!this.enter("waitpid")) return never();
    const attempt = processes.waiting(this.process, "waitpid", pid, options);
    return this.later("waitpid", [pid, options], attempt, NO_DEADLINE);
  }
}
