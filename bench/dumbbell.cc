/**
 * The dumbbell of bench/dumbbell.ts in ns-3: `dumbbell FLOWS SECONDS` prints one line of JSON.
 *
 *     source 0 ──1 Gbit/s, 1 ms──┐                                          ┌── sink 0
 *     source 1 ──────────────────┤ left ──100 Mbit/s, 10 ms, 200 packets── right ├── sink 1
 *     …                                                                        …
 *
 * Packets are those that interfaces have put on a link, counted by their queues, which costs the simulation nothing. Goodput is that of
 * the second half of the run. To build it by hand: g++ -O2 dumbbell.cc -lns3-applications -lns3-point-to-point -lns3-internet
 * -lns3-traffic-control -lns3-network -lns3-core
 */
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"
#include "ns3/traffic-control-module.h"

using namespace ns3;

static const uint16_t PORT = 5000;

/** A link with that rate and delay, whose ends have a queue of that many packets and no discipline above it. */
static NetDeviceContainer Join(Ptr<Node> a, Ptr<Node> b, const char *rate, const char *delay, const char *queue, Ipv4AddressHelper &addresses,
                               Ipv4InterfaceContainer &interfaces) {
  PointToPointHelper link;
  link.SetDeviceAttribute("DataRate", StringValue(rate));
  link.SetChannelAttribute("Delay", StringValue(delay));
  link.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue(queue));
  NetDeviceContainer devices = link.Install(a, b);
  TrafficControlHelper none;
  interfaces = addresses.Assign(devices);
  none.Uninstall(devices);
  addresses.NewNetwork();
  return devices;
}

static double ProcessorSeconds() {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const struct timeval &time) { return time.tv_sec + time.tv_usec / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int main(int argc, char *argv[]) {
  const int flows = argc > 1 ? atoi(argv[1]) : 1;
  const double seconds = argc > 2 ? atof(argv[2]) : 10;
  Config::SetDefault("ns3::TcpL4Protocol::SocketType", TypeIdValue(TcpCubic::GetTypeId()));
  Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
  Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(10));
  Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(4 << 20));
  Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(4 << 20));

  NodeContainer routers(2), sources(flows), sinks(flows);
  InternetStackHelper stack;
  stack.Install(routers);
  stack.Install(sources);
  stack.Install(sinks);

  Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
  Ipv4InterfaceContainer ends;
  NetDeviceContainer devices = Join(routers.Get(0), routers.Get(1), "100Mbps", "10ms", "200p", addresses, ends);
  std::vector<Ptr<PacketSink>> counted;
  for (int flow = 0; flow < flows; flow++) {
    devices.Add(Join(sources.Get(flow), routers.Get(0), "1Gbps", "1ms", "1000p", addresses, ends));
    devices.Add(Join(routers.Get(1), sinks.Get(flow), "1Gbps", "1ms", "1000p", addresses, ends));
    PacketSinkHelper sink("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), PORT));
    counted.push_back(DynamicCast<PacketSink>(sink.Install(sinks.Get(flow)).Get(0)));
    BulkSendHelper source("ns3::TcpSocketFactory", InetSocketAddress(ends.GetAddress(1), PORT));
    source.SetAttribute("SendSize", UintegerValue(65536));
    source.Install(sources.Get(flow)).Start(MilliSeconds(flow));
  }
  Ipv4GlobalRoutingHelper::PopulateRoutingTables();

  std::vector<uint64_t> before;
  Simulator::Schedule(Seconds(seconds / 2), [&] {
    for (const auto &sink : counted) before.push_back(sink->GetTotalRx());
  });
  Simulator::Stop(Seconds(seconds));
  const double processorBefore = ProcessorSeconds();
  const auto begun = std::chrono::steady_clock::now();
  Simulator::Run();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;

  const double processor = ProcessorSeconds() - processorBefore;

  uint64_t packets = 0;
  for (uint32_t i = 0; i < devices.GetN(); i++) {
    Ptr<Queue<Packet>> queue = DynamicCast<PointToPointNetDevice>(devices.Get(i))->GetQueue();
    packets += queue->GetTotalReceivedPackets() - queue->GetNPackets();
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"packets\":%llu,\"wallSeconds\":%.6f,\"processorSeconds\":%.6f,\"peakKiB\":%ld,\"bitsPerSecond\":[", (unsigned long long)packets, wall.count(), processor, usage.ru_maxrss);
  for (int flow = 0; flow < flows; flow++) {
    printf("%s%.0f", flow == 0 ? "" : ",", (counted[flow]->GetTotalRx() - before[flow]) * 8 / (seconds / 2));
  }
  printf("]}\n");
  Simulator::Destroy();
}
