/**
 * Calls on processes, for TypeScript programs. Read first: kernel/sys/, kernel/calls/processes.ts.
 */
import { execve } from "../calls/exec.ts";
import * as processes from "../calls/processes.ts";
import type { SpawnAttributes } from "../sys/processes.ts";
import type { Program } from "../sys/sys.ts";
import { SystemError } from "../system-error.ts";
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

  getenv(name: string): string | undefined {
    const { env } = this.process;
    return this.now("getenv", [name], () => ({ text: Object.hasOwn(env, name) ? env[name] : undefined })).text;
  }

  environ(): Readonly<Record<string, string>> {
    return this.now("environ", [], () => ({ env: this.process.env })).env;
  }

  gethostname(): string {
    return this.now("gethostname", [], () => ({ text: this.process.kernel.machine.name })).text;
  }

  fork(child: Program, ...args: string[]): number {
    return this.now("fork", [], () => processes.fork(this.process, child, args));
  }

  spawn(program: Program, attributes: SpawnAttributes = {}): number {
    const { process } = this;
    const name = attributes?.name ?? (program?.name || process.name);
    return this.now("spawn", [name], () => {
      const { cwd: path } = attributes;
      const cwd = path === undefined ? process.cwd : process.kernel.files.directory(process, path);
      if (typeof cwd === "string") return cwd;
      // Who is given a user is that user and nobody else; who is given none is who its parent is.
      const isSame = attributes.uid === undefined && attributes.gid === undefined;
      const whole = {
        name,
        uid: attributes.uid ?? process.uid,
        gid: attributes.gid ?? process.gid,
        credentials: isSame ? process.credentials : undefined,
        umask: process.umask,
        cwd,
        env: attributes.env ?? process.env,
        daemon: attributes.daemon ?? process.daemon,
      };
      return processes.spawn(process, whole, program, attributes.args ?? []);
    });
  }

  exec(program: Program, ...args: string[]): Promise<never> {
    const name = program.name || this.process.name;
    if (!this.enter("exec")) return never();
    const result = processes.exec(this.process, name, program, args);
    this.left("exec", [name], result);
    this.runState.leave();
    return result === 0 ? never() : Promise.reject(new SystemError(result, "exec", name, this.process.title));
  }

  execve(path: string, args: readonly string[] = [], env?: Readonly<Record<string, string>>): Promise<never> {
    if (!this.enter("execve")) return never();
    const isText = Array.isArray(args) && args.every((argument) => typeof argument === "string");
    const result = isText ? execve(this.process, path, [...args], { ...(env ?? this.process.env) }) : "EFAULT";
    this.left("execve", [path, args], result);
    this.runState.leave();
    return result === 0 ? never() : Promise.reject(new SystemError(result, "execve", path, this.process.title));
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
