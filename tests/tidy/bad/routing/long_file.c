/* A file without an end. */
int n0;
int n1;
int n2;
int n3;
int n4;
int n5;
int n6;
int n7;
int n8;
int n9;
int n10;
int n11;
int n12;
int n13;
int n14;
int n15;
int n16;
int n17;
int n18;
int n19;
int n20;
int n21;
int n22;
int n23;
int n24;
int n25;
int n26;
int n27;
int n28;
int n29;
int n30;
int n31;
int n32;
int n33;
int n34;
int n35;
int n36;
int n37;
int n38;
int n39;
int n40;
int n41;
int n42;
int n43;
int n44;
int n45;
int n46;
int n47;
int n48;
int n49;
int n50;
int n51;
int n52;
int n53;
int n54;
int n55;
int n56;
int n57;
int n58;
int n59;
int n60;
int n61;
int n62;
int n63;
int n64;
int n65;
int n66;
int n67;
int n68;
int n69;
int n70;
int n71;
int n72;
int n73;
int n74;
int n75;
int n76;
int n77;
int n78;
int n79;
int n80;
int n81;
int n82;
int n83;
int n84;
int n85;
int n86;
int n87;
int n88;
int n89;
int n90;
int n91;
int n92;
int n93;
int n94;
int n95;
int n96;
int n97;
int n98;
int n99;
int n100;
int n101;
int n102;
int n103;
int n104;
int n105;
int n106;
int n107;
int n108;
int n109;
int n110;
int n111;
int n112;
int n113;
int n114;
int n115;
int n116;
int n117;
int n118;
int n119;
int n120;
int n121;
int n122;
int n123;
int n124;
int n125;
int n126;
int n127;
int n128;
int n129;
int n130;
int n131;
int n132;
int n133;
int n134;
int n135;
int n136;
int n137;
int n138;
int n139;
int n140;
int n141;
int n142;
int n143;
int n144;
int n145;
int n146;
int n147;
int n148;
int n149;
int n150;
int n151;
int n152;
int n153;
int n154;
int n155;
int n156;
int n157;
int n158;
int n159;
int n160;
int n161;
int n162;
int n163;
int n164;
int n165;
int n166;
int n167;
int n168;
int n169;
int n170;
int n171;
int n172;
int n173;
int n174;
int n175;
int n176;
int n177;
int n178;
int n179;
int n180;
int n181;
int n182;
int n183;
int n184;
int n185;
int n186;
int n187;
int n188;
int n189;
int n190;
int n191;
int n192;
int n193;
int n194;
int n195;
int n196;
int n197;
int n198;
int n199;
int n200;
int n201;
int n202;
int n203;
int n204;
int n205;
int n206;
int n207;
int n208;
int n209;
int n210;
int n211;
int n212;
int n213;
int n214;
int n215;
int n216;
int n217;
int n218;
int n219;
int n220;
int n221;
int n222;
int n223;
int n224;
int n225;
int n226;
int n227;
int n228;
int n229;
int n230;
int n231;
int n232;
int n233;
int n234;
int n235;
int n236;
int n237;
int n238;
int n239;
int n240;
int n241;
int n242;
int n243;
int n244;
int n245;
int n246;
int n247;
int n248;
int n249;
int n250;
int n251;
int n252;
int n253;
int n254;
int n255;
int n256;
int n257;
int n258;
int n259;
int n260;
int n261;
int n262;
int n263;
int n264;
int n265;
int n266;
int n267;
int n268;
int n269;
int n270;
int n271;
int n272;
int n273;
int n274;
int n275;
int n276;
int n277;
int n278;
int n279;
int n280;
int n281;
int n282;
int n283;
int n284;
int n285;
int n286;
int n287;
int n288;
int n289;
int n290;
int n291;
int n292;
int n293;
int n294;
int n295;
int n296;
int n297;
int n298;
int n299;
int n300;
int n301;
int n302;
int n303;
int n304;
int n305;
int n306;
int n307;
int n308;
int n309;
int n310;
int n311;
int n312;
int n313;
int n314;
int n315;
int n316;
int n317;
int n318;
int n319;
int n320;
int n321;
int n322;
int n323;
int n324;
int n325;
int n326;
int n327;
int n328;
int n329;
int n330;
int n331;
int n332;
int n333;
int n334;
int n335;
int n336;
int n337;
int n338;
int n339;
int n340;
int n341;
int n342;
int n343;
int n344;
int n345;
int n346;
int n347;
int n348;
int n349;
int n350;
int n351;
int n352;
int n353;
int n354;
int n355;
int n356;
int n357;
int n358;
int n359;
int n360;
int n361;
int n362;
int n363;
int n364;
int n365;
int n366;
int n367;
int n368;
int n369;
int n370;
int n371;
int n372;
int n373;
int n374;
int n375;
int n376;
int n377;
int n378;
int n379;
int n380;
int n381;
int n382;
int n383;
int n384;
int n385;
int n386;
int n387;
int n388;
int n389;
int n390;
int n391;
int n392;
int n393;
int n394;
int n395;
int n396;
int n397;
int n398;
int n399;
int n400;
int n401;
int n402;
int n403;
int n404;
int n405;
int n406;
int n407;
int n408;
int n409;
int n410;
int n411;
int n412;
int n413;
int n414;
int n415;
int n416;
int n417;
int n418;
int n419;
int n420;
int n421;
int n422;
int n423;
int n424;
int n425;
int n426;
int n427;
int n428;
int n429;
int n430;
int n431;
int n432;
int n433;
int n434;
int n435;
int n436;
int n437;
int n438;
int n439;
int n440;
int n441;
int n442;
int n443;
int n444;
int n445;
int n446;
int n447;
int n448;
int n449;
int n450;
int n451;
int n452;
int n453;
int n454;
int n455;
int n456;
int n457;
int n458;
int n459;
int n460;
int n461;
int n462;
int n463;
int n464;
int n465;
int n466;
int n467;
int n468;
int n469;
int n470;
int n471;
int n472;
int n473;
int n474;
int n475;
int n476;
int n477;
int n478;
int n479;
int n480;
int n481;
int n482;
int n483;
int n484;
int n485;
int n486;
int n487;
int n488;
int n489;
int n490;
int n491;
int n492;
int n493;
int n494;
int n495;
int n496;
int n497;
int n498;
int n499;
int n500;
int n501;
int n502;
int n503;
int n504;
int n505;
int n506;
int n507;
int n508;
int n509;
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
/* more */
