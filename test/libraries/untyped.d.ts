/** Libraries are used as their documentation says, without their types: what they bring is not what is tested here. */
declare module "express";
declare module "ws";
declare module "pg";
declare module "ssh2";
